"""Both ways of verifying a batch say of every signature what OpenSSL says of it."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zerobar.multibuffer import Claim, Lanes, verify_all
from zerobar.purse.suites import P256, SignatureRefused

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
FIELD = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
KEYS = [P256.private_key(bytes([number]) * 40) for number in range(1, 5)]
Mutation = Callable[[Claim], Claim]


def claim(number: int) -> Claim:
    private = KEYS[number % len(KEYS)]
    message = b"message %d" % number
    return P256.public_key(private), message, P256.sign(private, message)


def as_one(claim: Claim) -> bool:
    try:
        P256.verify(*claim)
    except SignatureRefused:
        return False
    return True


def number_at(claim: Claim, start: int, change: Callable[[int], int]) -> Claim:
    key, message, signature = claim
    changed = change(int.from_bytes(signature[start : start + 32])) % 2**256
    return key, message, signature[:start] + changed.to_bytes(32) + signature[start + 32 :]


NUMBERS = st.sampled_from([0, 1, 2, ORDER - 1, ORDER, ORDER + 1, FIELD, 2**256 - 1])


@st.composite
def mutations(draw: st.DrawFn) -> Mutation:
    start = draw(st.sampled_from([0, 32]))
    value = draw(NUMBERS | st.integers(0, 2**256 - 1))
    bit = draw(st.integers(0, 255))
    changes: list[Mutation] = [
        lambda claim: claim,
        lambda claim: number_at(claim, start, lambda _: value),
        lambda claim: number_at(claim, start, lambda number: number ^ 1 << bit),
        # (r, order - s) signs the same, and (r + order, s) must not.
        lambda claim: number_at(claim, start, lambda number: ORDER - number),
        lambda claim: number_at(claim, start, lambda number: number + ORDER),
        lambda claim: (claim[0], claim[1] + b"!", claim[2]),
        lambda claim: (P256.public_key(KEYS[bit % len(KEYS)]), *claim[1:]),
    ]
    return draw(st.sampled_from(changes))


@pytest.fixture(params=["in the lanes of this machine, if it has any", "one by one"], autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "one by one":
        monkeypatch.setattr(Lanes, "here", lambda: None)


@given(st.lists(mutations(), max_size=40))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_batch_is_judged_as_each_of_it_alone(changes: Sequence[Mutation]) -> None:
    claims = [change(claim(number)) for number, change in enumerate(changes)]
    assert verify_all(claims) == [as_one(one) for one in claims]


@pytest.mark.parametrize("bad", [0, 7, 8, 255, 256, 999])
def test_one_bad_signature_among_a_thousand_is_found_where_it_is(bad: int) -> None:
    claims = [claim(number % 20) for number in range(1_000)]
    claims[bad] = number_at(claims[bad], 32, lambda number: number ^ 1)
    assert [place for place, good in enumerate(verify_all(claims)) if not good] == [bad]


def test_an_empty_batch_has_no_answers() -> None:
    assert verify_all([]) == []
