"""People over HTTP: opening, signing in, devices, verifying. See also `api.pin`, `api.wallets`."""

from __future__ import annotations

from uuid import UUID

from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from zerobar.bank.api.access import AnyRequest, Session, Signed, network_of
from zerobar.bank.api.funding import holder_of
from zerobar.bank.api.pin import PIN_ROUTES
from zerobar.bank.api.showing import (
    device_of,
    show_device,
    show_person,
    show_session,
    show_wallet,
)
from zerobar.bank.api.wallets import WALLET_ROUTES
from zerobar.bank.context import Bank
from zerobar.bank.people.devices import devices_of, revoke_device
from zerobar.bank.people.opening import Opened, open_by_assertion, open_by_code, open_further
from zerobar.bank.people.reading import read_person
from zerobar.bank.people.sessions import end_session, renew_session
from zerobar.bank.people.signing_in import sign_in
from zerobar.bank.people.sms_codes import Purpose, send_code
from zerobar.bank.people.verifying import verify_identity
from zerobar.bank.people.wallets import choose_main
from zerobar.client.people import (
    BySmsCode,
    DeviceShown,
    FirstWallet,
    FurtherWallet,
    MainWallet,
    PersonShown,
    SessionOpened,
    SignIn,
    SmsCodeWanted,
    Verification,
    WalletOpened,
    WalletShown,
)


@post("/v1/sms-codes", status_code=202, sync_to_thread=True, tags=["people"])
def ask_for_code(
    request: AnyRequest, bank: NamedDependency[Bank], data: JSONBody[SmsCodeWanted]
) -> None:
    """Send a code to a phone number, to open a wallet or to sign in; five minutes valid."""
    send_code(bank, data.phone, Purpose.SIGN_IN, network_of(request))


@post("/v1/wallets", sync_to_thread=True, tags=["people"])
def open_wallet(
    bank: NamedDependency[Bank],
    idempotency_key: NamedDependency[UUID],
    data: JSONBody[FirstWallet],
) -> WalletOpened:
    """Open a first wallet; the Idempotency-Key becomes its id."""
    opened = _open_first(bank, idempotency_key, data)
    person, _ = read_person(bank, opened.session.person_id)
    return WalletOpened(
        wallet=show_wallet(opened.wallet, person), session=show_session(opened.session)
    )


def _open_first(bank: Bank, wallet_id: UUID, data: FirstWallet) -> Opened:
    device, shown_by = device_of(data.device), data.evidence
    if isinstance(shown_by, BySmsCode):
        return open_by_code(bank, wallet_id, shown_by.phone, shown_by.code, device, data.label)
    return open_by_assertion(bank, wallet_id, shown_by.assertion, device, data.label)


@post("/v1/sessions", sync_to_thread=True, tags=["people"])
def begin_session(
    bank: NamedDependency[Bank], idempotency_key: NamedDependency[UUID], data: JSONBody[SignIn]
) -> SessionOpened:
    """Sign in on a device, which enrols its key; the Idempotency-Key becomes the session's id."""
    device = device_of(data.device)
    return show_session(sign_in(bank, idempotency_key, data.phone, data.code, device))


@post("/v1/sessions/renewal", sync_to_thread=True, tags=["people"])
def renew(bank: NamedDependency[Bank], signed: NamedDependency[Signed]) -> SessionOpened:
    """Go on for another while with a device that was not signed out; no code is needed."""
    return show_session(renew_session(bank, signed.id, holder_of(signed), signed.key.id))


@delete("/v1/sessions/current", sync_to_thread=True, tags=["people"])
def sign_out(bank: NamedDependency[Bank], session: NamedDependency[Session]) -> None:
    """Sign out on this device."""
    end_session(bank, session)


@get("/v1/people/me", sync_to_thread=True, tags=["people"])
def read_me(bank: NamedDependency[Bank], session: NamedDependency[Session]) -> PersonShown:
    """Say who is signed in, and which wallets there are."""
    return show_person(bank, *read_person(bank, session.person_id))


@post("/v1/people/me/wallets", sync_to_thread=True, tags=["people"])
def open_another_wallet(
    bank: NamedDependency[Bank],
    session: NamedDependency[Session],
    idempotency_key: NamedDependency[UUID],
    data: JSONBody[FurtherWallet],
) -> WalletShown:
    """Open another wallet; the Idempotency-Key becomes its id."""
    wallet = open_further(bank, session, idempotency_key, data.label)
    return show_wallet(wallet, read_person(bank, session.person_id)[0])


@put("/v1/people/me/main-wallet", sync_to_thread=True, tags=["people"])
def choose_main_wallet(
    bank: NamedDependency[Bank], session: NamedDependency[Session], data: JSONBody[MainWallet]
) -> PersonShown:
    """Choose the wallet that receives what is sent to the phone number."""
    choose_main(bank, session, data.wallet_id)
    return show_person(bank, *read_person(bank, session.person_id))


@post("/v1/people/me/verification", status_code=200, sync_to_thread=True, tags=["people"])
def verify_me(
    bank: NamedDependency[Bank], session: NamedDependency[Session], data: JSONBody[Verification]
) -> PersonShown:
    """Verify a name; the wallets become category III."""
    verify_identity(bank, session, data.name, data.resident_id)
    return show_person(bank, *read_person(bank, session.person_id))


@get("/v1/devices", sync_to_thread=True, tags=["people"])
def list_devices(
    bank: NamedDependency[Bank], session: NamedDependency[Session]
) -> list[DeviceShown]:
    """List one's devices, oldest first."""
    return [show_device(key, session) for key in devices_of(bank, session.person_id)]


@delete("/v1/devices/{key_id:uuid}", sync_to_thread=True, tags=["people"])
def end_device(
    bank: NamedDependency[Bank], session: NamedDependency[Session], key_id: FromPath[UUID]
) -> None:
    """Take a device's signatures no more, for example a lost one's."""
    revoke_device(bank, session, key_id)


ROUTES: list[object] = [
    ask_for_code,
    open_wallet,
    begin_session,
    renew,
    sign_out,
    read_me,
    open_another_wallet,
    choose_main_wallet,
    verify_me,
    list_devices,
    end_device,
    *PIN_ROUTES,
    *WALLET_ROUTES,
]
