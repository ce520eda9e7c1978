import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerobar.codes.customer import (
    DIGITS,
    SKEW_STEPS,
    STEP_S,
    VALID_STEPS,
    CodeMalformed,
    derive_code,
    parse_code,
    step_of,
)

SECRET = bytes(range(32))
NOON = 1_795_579_200
secrets = st.binary(min_size=32, max_size=32)
handles = st.from_regex(r"[0-9]{8}", fullmatch=True)
times = st.integers(1_600_000_000, 4_000_000_000)
sequences = st.integers(0, 9)


def test_a_code_is_the_same_on_every_phone() -> None:
    assert derive_code(SECRET, "12345678", NOON, 0) == "0112345678045850535"
    assert derive_code(SECRET, "12345678", NOON, 1) == "0112345678126208803"


@given(secrets, handles, times, sequences)
def test_a_code_is_19_digits_that_say_which_secret_made_it(
    secret: bytes, handle: str, time: int, sequence: int
) -> None:
    text = derive_code(secret, handle, time, sequence)
    assert len(text) == DIGITS and text.isdigit() and text.startswith("01")
    code = parse_code(text)
    assert (code.handle, code.sequence) == (handle, sequence)
    assert step_of(code, secret, time) == time // STEP_S


@given(secrets, times, sequences, st.integers(-200, 200))
def test_a_code_is_valid_for_a_minute_and_a_step_of_clocks_that_differ(
    secret: bytes, time: int, sequence: int, later: int
) -> None:
    code = parse_code(derive_code(secret, "00000000", time, sequence))
    steps = (time + later) // STEP_S - time // STEP_S
    valid = -SKEW_STEPS <= steps <= VALID_STEPS - 1 + SKEW_STEPS
    # That another step has the same eight digits happens once in 10**8.
    assert (step_of(code, secret, time + later) == time // STEP_S) == valid


@given(secrets, times, sequences, st.integers(0, 18), st.integers(1, 9))
def test_a_code_with_another_digit_is_not_valid(
    secret: bytes, time: int, sequence: int, place: int, shift: int
) -> None:
    text = derive_code(secret, "31415926", time, sequence)
    digit = str((int(text[place]) + shift) % 10)
    changed = text[:place] + digit + text[place + 1 :]
    if place < 2:
        with pytest.raises(CodeMalformed):
            parse_code(changed)
    elif place < 10:
        assert parse_code(changed).handle != "31415926"
    else:
        assert step_of(parse_code(changed), secret, time) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "01",
        "0212345678045850535",
        "01123456780458505350",
        "011234567809888934",
        "01\N{FULLWIDTH DIGIT ONE}2345678045850535",
    ],
)
def test_what_is_no_code_is_told_so(text: str) -> None:
    with pytest.raises(CodeMalformed):
        parse_code(text)


def test_a_code_shows_no_check_in_what_is_logged() -> None:
    assert "45850535" not in repr(parse_code("0112345678045850535"))
