"""Commands as bytes: classes, instructions, P1 and P2, lengths."""

from __future__ import annotations

from typing import Final

from zerobar.conformance.case import case
from zerobar.conformance.samples import ACTIVE_ONLY, FACTORY_ONLY, LENGTHS, named, well_formed
from zerobar.conformance.under_test import PurseUnderTest
from zerobar.conformance.verdicts import Nonconformity, same
from zerobar.purse.apdu import AID, Instruction, command
from zerobar.purse.status import Status

_ALL: Final = tuple(Instruction)
_ISO: Final = {ins for cla, ins in (i.value for i in _ALL) if cla == 0x00}
_PURSE: Final = {ins for cla, ins in (i.value for i in _ALL) if cla == 0x80}
_WRONG_CLASSES: Final = (0x01, 0x10, 0x40, 0x81, 0x90, 0x84, 0xA0, 0xFF)
"""Among them: other channels, chaining, secure messaging, proprietary ones of others."""


def _answers(purse: PurseUnderTest, apdu: bytes, status: int) -> None:
    answer = purse.exchange(apdu)
    same(f"{answer.status:04X}", f"{status:04X}", f"status word for {apdu[:5].hex().upper()}")
    same(answer.data, b"", "data beside a refusal")


@case("5 What every command passes first", over=named(_ALL))
def test_invalid_class(purse: PurseUnderTest, instruction: Instruction) -> None:
    """{} with any class byte of others is refused with 6E00."""
    ins = instruction.value[1]
    for cla in _WRONG_CLASSES:
        _answers(purse, bytes((cla, ins, 0, 0, 0)), Status.UNKNOWN_CLASS)
    purse.state()


@case("5 What every command passes first")
def test_invalid_class_of_the_other_kind(purse: PurseUnderTest) -> None:
    """A purse's instruction under class 00, and ISO's under class 80, is refused with 6E00."""
    for ins in _PURSE - _ISO:
        _answers(purse, bytes((0x00, ins, 0, 0, 0)), Status.UNKNOWN_CLASS)
    for ins in _ISO - _PURSE:
        _answers(purse, bytes((0x80, ins, 0, 0, 0)), Status.UNKNOWN_CLASS)
    purse.state()


@case("5 What every command passes first")
def test_invalid_unknown_instruction(purse: PurseUnderTest) -> None:
    """An instruction that no command has is refused with 6D00, whatever its P1 and length."""
    # 6X and 9X are not instructions (ISO/IEC 7816-3), and C0 belongs to T=0.
    unknown = set(range(256)) - _ISO - _PURSE - set(range(0x60, 0x70)) - set(range(0x90, 0xA0))
    for ins in sorted(unknown - {0xC0}):
        for cla in (0x00, 0x80):
            _answers(purse, bytes((cla, ins, 0, 0, 0)), Status.UNKNOWN_INSTRUCTION)
    _answers(purse, bytes((0x80, 0x11, 9, 9, 1, 0, 0)), Status.UNKNOWN_INSTRUCTION)
    purse.state()


@case("5 What every command passes first")
def test_invalid_class_comes_before_instruction(purse: PurseUnderTest) -> None:
    """An unknown instruction under an unknown class is refused with 6E00."""
    _answers(purse, bytes.fromhex("A011000000"), Status.UNKNOWN_CLASS)


@case("5 What every command passes first", over=named(tuple(LENGTHS)))
def test_invalid_p1_p2(purse: PurseUnderTest, instruction: Instruction) -> None:
    """{} with another P1 or P2 than its own is refused with 6A86."""
    cla, ins = instruction.value
    p1s = (0x02, 0x80, 0xFF) if instruction is Instruction.PREPARE else (0x01, 0x80, 0xFF)
    data = well_formed(instruction, purse.world, purse.id)
    _answers(purse, command(instruction, data, p1s[0]), Status.WRONG_P1_P2)
    for p1, p2 in (*((p1, 0) for p1 in p1s), (0, 1), (0, 0xFF)):
        _answers(purse, bytes((cla, ins, p1, p2, 0)), Status.WRONG_P1_P2)
    purse.state()


@case("5 What every command passes first")
def test_invalid_p1_p2_of_select(purse: PurseUnderTest) -> None:
    """SELECT by anything but name, or of another occurrence, is refused with 6A86."""
    for p1, p2 in ((0x00, 0x00), (0x02, 0x00), (0x04, 0x02)):
        _answers(purse, command(Instruction.SELECT, AID, p1, p2), Status.WRONG_P1_P2)


@case("5 What every command passes first")
def test_invalid_p1_comes_before_length(purse: PurseUnderTest) -> None:
    """A wrong P1 beside a wrong length is refused with 6A86."""
    for instruction in LENGTHS:
        _answers(purse, command(instruction, bytes(2), 0x40), Status.WRONG_P1_P2)


@case(
    "5 What every command passes first",
    over=named(tuple(i for i in LENGTHS if i is not Instruction.BLOCKLIST)),
)
def test_invalid_one_byte_more_or_less(purse: PurseUnderTest, instruction: Instruction) -> None:
    """{} with a byte more or less than well formed data is refused with 6700."""
    data = well_formed(instruction, purse.world, purse.id)
    for changed in (data[1:], data + b"\x00"):
        if len(changed) not in LENGTHS[instruction] and len(changed) < 256:
            _answers(purse, command(instruction, changed), Status.WRONG_LENGTH)
    purse.state()


@case(
    "5 What every command passes first",
    over=named(tuple(i for i in LENGTHS if i is not Instruction.BLOCKLIST)),
    recorded=False,
)
def test_invalid_length(purse: PurseUnderTest, instruction: Instruction) -> None:
    """{} with data of any other length than its own is refused with 6700."""
    for length in range(256):
        if length not in LENGTHS[instruction]:
            _answers(purse, command(instruction, bytes(length)), Status.WRONG_LENGTH)
    purse.state()


@case("5 What every command passes first")
def test_invalid_length_of_signed_prepare(purse: PurseUnderTest) -> None:
    """PREPARE of a signed request takes no other length either."""
    for length in (0, 14, 16):
        _answers(purse, command(Instruction.PREPARE, bytes(length), 1), Status.WRONG_LENGTH)
    purse.state()


@case("5 What every command passes first", "4 BLOCKLIST DELTA", recorded=False)
def test_invalid_length_of_blocklist(purse: PurseUnderTest) -> None:
    """BLOCKLIST with data that no count of ids fills is refused with 6700 or 6A80."""
    for length in range(256):
        if length not in LENGTHS[Instruction.BLOCKLIST]:
            answer = purse.exchange(command(Instruction.BLOCKLIST, bytes(length)))
            if answer.status not in (Status.WRONG_LENGTH, Status.MALFORMED):
                raise Nonconformity(f"{length} bytes were answered {answer.status:04X}")
    purse.state()


@case("5 What every command passes first", any_apdu=True)
def test_invalid_length_byte(purse: PurseUnderTest) -> None:
    """A command whose length byte promises more or less than follows is refused with 6700."""
    order = bytes(purse.world.person.request())
    header = bytes.fromhex("80100000")
    for length in (0, 31, 33, 34, 255):
        _answers(purse, header + bytes((length,)) + order, Status.WRONG_LENGTH)
    _answers(purse, header + b"\x20" + order + b"\x00\x00", Status.WRONG_LENGTH)
    _answers(purse, header + b"\x20" + order[:20], Status.WRONG_LENGTH)
    _answers(purse, bytes.fromhex("00A4040008") + AID + b"\x00\x00", Status.WRONG_LENGTH)
    _answers(purse, bytes.fromhex("00A404000A") + AID[:8], Status.WRONG_LENGTH)
    purse.state()


@case("5 What every command passes first", any_apdu=True)
def test_invalid_extended_length(purse: PurseUnderTest) -> None:
    """A command of extended length is refused with 6700: only short ones exist."""
    order = bytes(purse.world.person.request())
    extended = bytes.fromhex("80100000000020") + order
    _answers(purse, extended, Status.WRONG_LENGTH)
    _answers(purse, extended + b"\x00\x00", Status.WRONG_LENGTH)
    _answers(purse, bytes.fromhex("80300000000008") + bytes(8), Status.WRONG_LENGTH)
    purse.state()


@case("5 What every command passes first", any_apdu=True)
def test_invalid_chaining(purse: PurseUnderTest) -> None:
    """A chained command is refused with 6E00: there is no chaining."""
    order = bytes(purse.world.person.request())
    _answers(purse, bytes.fromhex("9010000010") + order[:16], Status.UNKNOWN_CLASS)
    _answers(purse, bytes.fromhex("8010000010") + order[16:], Status.WRONG_LENGTH)
    purse.state()


@case("5 What every command passes first", any_apdu=True)
def test_invalid_fragment_of_a_header(purse: PurseUnderTest) -> None:
    """Fewer bytes than a header has are refused with 6700."""
    for apdu in (b"\x80\x10", b"\x80\x10\x00"):
        _answers(purse, apdu, Status.WRONG_LENGTH)
    purse.state()


@case("5 What every command passes first", any_apdu=True)
def test_valid_any_expected_length(purse: PurseUnderTest) -> None:
    """The answer is whole whether Le is absent, zero or too small."""
    nonce = purse.nonce()
    for le in (b"", b"\x00", b"\x01", b"\xff"):
        answer = purse.exchange(bytes.fromhex("8030000008") + nonce + le)
        same((answer.status, len(answer.data)), (Status.OK, 132), "status and length of STATE")


@case(
    "5 What every command passes first",
    over=named(tuple(i for i in _ALL if i is not Instruction.SELECT)),
)
def test_invalid_before_select(purse: PurseUnderTest, instruction: Instruction) -> None:
    """{} to a card on which nothing is selected is refused with 6999."""
    purse.power_on()
    data = well_formed(instruction, purse.world, purse.id)
    purse.answers(Status.NOTHING_SELECTED, instruction, data)
    purse.select()
    purse.state()


@case("5 What every command passes first", antenna=True)
def test_invalid_before_select_in_a_field(purse: PurseUnderTest) -> None:
    """The purse has to be selected anew in every field, and on the contacts after it."""
    for contactless in (True, False, True):
        purse.power_on(contactless=contactless)
        purse.answers(Status.NOTHING_SELECTED, Instruction.PREPARE, b"\x01" + bytes(14))
        purse.select()
        purse.state()


@case("5 What every command passes first", over=named(FACTORY_ONLY))
def test_invalid_factory_command_on_an_active_purse(
    purse: PurseUnderTest, instruction: Instruction
) -> None:
    """{} is refused with 6985 once the purse is active, for ever."""
    data = well_formed(instruction, purse.world, purse.id)
    purse.refuses(Status.CONDITIONS_NOT_SATISFIED, instruction, data)


@case("5 What every command passes first", over=named(ACTIVE_ONLY), make=None)
def test_invalid_on_a_blank_card(purse: PurseUnderTest, instruction: Instruction) -> None:
    """{} is refused with 6985 while the card is in factory state."""
    purse.ok(Instruction.GENERATE_KEY, b"\x01")
    data = well_formed(instruction, purse.world, purse.id)
    purse.answers(Status.CONDITIONS_NOT_SATISFIED, instruction, data)


@case("5 What every command passes first", make=None)
def test_invalid_form_comes_before_life(purse: PurseUnderTest) -> None:
    """A malformed command is refused with 6A80 before the life state is looked at."""
    for instruction in (Instruction.PREPARE, Instruction.PAY, Instruction.SYNC_ACK):
        data = bytes(LENGTHS[instruction][-1])
        purse.answers(Status.MALFORMED, instruction, data)
    purse.answers(Status.WRONG_LENGTH, Instruction.PAY, bytes(3))


@case("5 What every command passes first")
def test_invalid_before_select_after_instruction(purse: PurseUnderTest) -> None:
    """With nothing selected, class and instruction are looked at first, P1 and length later."""
    purse.power_on()
    _answers(purse, bytes.fromhex("A030000000"), Status.UNKNOWN_CLASS)
    _answers(purse, bytes.fromhex("8011000000"), Status.UNKNOWN_INSTRUCTION)
    _answers(purse, bytes.fromhex("8030010000"), Status.NOTHING_SELECTED)
    _answers(purse, command(Instruction.STATE, bytes(3)), Status.NOTHING_SELECTED)
    _answers(purse, command(Instruction.PREPARE, bytes(15)), Status.NOTHING_SELECTED)
