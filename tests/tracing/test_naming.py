"""Of a path only our own words and ids are told, for it may hold somebody's number or name."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from zerobar.tracing.naming import ids_in, made_id, shape_of

ID = "0198c0de-1234-7abc-8def-000000000001"


@given(st.text(alphabet="0123456789+@ %林:.,", min_size=1, max_size=40))
def test_no_number_or_name_stays_in_a_shape(secret: str) -> None:
    shape = shape_of(f"/v1/lines/{secret}/bill")
    assert shape == "/v1/lines/{id}/bill" and ids_in(f"/v1/lines/{secret}") == {}


def test_ids_are_called_by_what_they_are_of() -> None:
    assert ids_in(f"/v1/orders/{ID}/code") == {"order_id": ID}
    assert ids_in(f"/v1/money-requests/{ID}") == {"money_request_id": ID}
    assert ids_in("/v1/vouchers/d10c7f4dd6faf51d/2") == {"voucher": "d10c7f4dd6faf51d/2"}
    assert ids_in("/v1/purses/d10c7f4dd6faf51d/sync") == {"purse_id": "d10c7f4dd6faf51d"}
    assert ids_in(f"/{ID}") == {} and ids_in("") == {}


def test_what_is_made_is_called_by_the_last_word_of_its_path() -> None:
    assert made_id("/v1/payments", ID) == {"payment_id": ID}
    assert made_id(f"/v1/wallets/{UUID(int=1)}/loads?a=b", ID.upper()) == {"load_id": ID}
    assert made_id("/v1/payments", "") == made_id("/v1/payments", "13800000001") == {}
