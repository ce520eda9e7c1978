"""`telecom`: the telecom's program: make one, join a bank, serve it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

import typer

from zerobar import tracing
from zerobar.cli.console import complain, out, say
from zerobar.purse.money import AmountError, Fen

BANK_URL: Final = "http://127.0.0.1:8000"
DEFAULT_PORT: Final = 8100
_FAILED: Final = 1
_BILLER_LENGTH: Final = 8

Folder = Annotated[
    Path,
    typer.Option("--folder", envvar="ZEROBAR_TELECOM", help="of the telecom: settings, keys, data"),
]
DEFAULT_FOLDER: Final = Path("telecom")


def init_telecom(
    folder: Folder = DEFAULT_FOLDER,
    name: Annotated[str, typer.Option(help="of the telecom")] = "Zerobar Test Telecom",
    partner: Annotated[
        str, typer.Option(help="as its assertions name it in `iss`")
    ] = "telecom.example",
    key_name: Annotated[str, typer.Option(help="as they name their key in `kid`")] = "key-1",
    bank: Annotated[str, typer.Option(metavar="URL", help="where its bank is")] = BANK_URL,
    gateway: Annotated[
        list[str] | None,
        typer.Option(help="address of a gateway of the access network; may be given again"),
    ] = None,
) -> None:
    """Make a telecom: its folder and its keys.

    A gateway sets the header Zerobar-Access-Line to the number of the line that asks, and strips
    what a phone sends under that name. Without --gateway this machine is it, to develop with.
    """
    with telecom_explained():
        from zerobar.telecom.installation import Settings, create  # noqa: PLC0415

        settings = Settings(
            name=name,
            partner=partner,
            key_name=key_name,
            bank_url=bank,
            gateways=gateway or ["127.0.0.1"],
        )
        create(folder, settings, os.urandom)
    say(f"{name} is ready in {folder}. Its keys for the bank: `zerobar telecom keys`.")


def show_keys(folder: Folder = DEFAULT_FOLDER) -> None:
    """Print the public keys that the bank needs."""
    with telecom_explained():
        from zerobar.telecom.installation import load  # noqa: PLC0415

        installation = load(folder)
    settings = installation.settings
    out.print("server key, for the merchant (P-256, base64url):")
    out.print(installation.server_public_key, soft_wrap=True)
    out.print("biller key, for the payee that the bank hosts (P-256, base64url):")
    out.print(installation.biller_public_key, soft_wrap=True)
    out.print(f"assertions, for `zerobar bank partner add {settings.partner} {settings.key_name}`:")
    out.print(installation.assertion_public_pem, end="")


def join_bank(
    operator: Annotated[UUID, typer.Option(help="the bank's operator id")],
    server_key: Annotated[UUID, typer.Option(help="the id under which it knows the server key")],
    biller: Annotated[str, typer.Option(metavar="HEX", help="id of the hosted payee, 8 bytes")],
    public_url: Annotated[
        str | None, typer.Option(help="where the bank reaches this telecom, for its notices")
    ] = None,
    folder: Folder = DEFAULT_FOLDER,
) -> None:
    """Join the bank that has taken this telecom on as a merchant. It may be done again."""
    with telecom_explained():
        from zerobar.telecom.installation import load  # noqa: PLC0415
        from zerobar.telecom.joining import TakenOn, join  # noqa: PLC0415

        taken_on = TakenOn(operator, server_key, _biller(biller))
        joined = join(load(folder), taken_on, public_url)
    say(f"Joined. Top-ups are orders of the shop {joined.shop_id}.")


def set_smsc(
    address: Annotated[str, typer.Argument(metavar="HOST:PORT")],
    password: Annotated[
        str, typer.Option(envvar="ZEROBAR_SMSC_PASSWORD", help="at most 8 characters")
    ],
    system_id: Annotated[str, typer.Option(help="the telecom's name there")] = "telecom",
    folder: Folder = DEFAULT_FOLDER,
) -> None:
    """Say which SMSC brings vouchers by SMS."""
    host, port = _address(address)
    with telecom_explained():
        import msgspec  # noqa: PLC0415

        from zerobar.telecom.installation import SmscAccess, change, load  # noqa: PLC0415

        settings = load(folder).settings
        access = SmscAccess(host=host, port=port, system_id=system_id, password=password)
        change(folder, msgspec.structs.replace(settings, smsc=access))
    say("Kept. It is used from the next start on.")


def serve_telecom(
    folder: Folder = DEFAULT_FOLDER,
    host: Annotated[str, typer.Option(help="to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="to listen on")] = DEFAULT_PORT,
    verbose: Annotated[bool, typer.Option("--verbose", help="tell more")] = False,
) -> None:
    """Serve a telecom until interrupted. Its database is embedded unless DATABASE_URL names one."""
    tracing.begin("telecom", verbose=verbose)
    with telecom_explained():
        from zerobar.telecom.installation import load  # noqa: PLC0415
        from zerobar.telecom.serving import serve  # noqa: PLC0415

        installation = load(folder)
        say(f"http://{host}:{port}/docs")
        serve(installation, host, port)


def serve_smsc(
    password: Annotated[
        str, typer.Option(envvar="ZEROBAR_SMSC_PASSWORD", help="at most 8 characters")
    ],
    port: Annotated[int, typer.Option(help="at 127.0.0.1; 0: any free one")] = 2775,
    system_id: Annotated[str, typer.Option(help="of the telecom that binds")] = "telecom",
) -> None:
    """Serve an SMSC to develop with: what is submitted to it is delivered to the telecom."""
    with telecom_explained():
        from zerobar.telecom.smpp.smsc import Smsc  # noqa: PLC0415

        try:
            smsc = Smsc(system_id, password, port)
        except OSError as error:
            complain(f"The SMSC cannot listen at port {port}: {error.strerror}", "Choose --port.")
            raise typer.Exit(_FAILED) from None
        with smsc:
            say(f"smpp://127.0.0.1:{smsc.port}")
            say("Ready. Ctrl-C stops the SMSC.")
            signal.sigwait({signal.SIGINT, signal.SIGTERM})


def send_sms(
    text: Annotated[str, typer.Argument(help="of the voucher, ZB-V1:..., as the phone shows it")],
    password: Annotated[
        str, typer.Option(envvar="ZEROBAR_SMSC_PASSWORD", help="at most 8 characters")
    ],
    sender: Annotated[str, typer.Option(help="the number of the phone that sends it")],
    smsc: Annotated[str, typer.Option(metavar="HOST:PORT", help="of the SMSC")] = "127.0.0.1:2775",
    service: Annotated[str, typer.Option(help="the number of the telecom's service")] = "10001",
    system_id: Annotated[str, typer.Option(help="of whoever may bind")] = "telecom",
) -> None:
    """Send a voucher as one binary SMS, in the place of a phone's modem; twice counts once."""
    host, port = _address(smsc)
    with telecom_explained():
        from zerobar.codes.vouchers import VoucherCodeError, read_voucher  # noqa: PLC0415
        from zerobar.telecom import read_number, write_message  # noqa: PLC0415
        from zerobar.telecom.installation import SmscAccess  # noqa: PLC0415
        from zerobar.telecom.smpp.model import BINARY, ShortMessage  # noqa: PLC0415
        from zerobar.telecom.smpp.submitting import submit  # noqa: PLC0415

        try:
            user_data = write_message(*read_voucher(text))
        except VoucherCodeError as error:
            raise typer.BadParameter(str(error)) from None
        number = read_number(sender).removeprefix("+")
        access = SmscAccess(host=host, port=port, system_id=system_id, password=password)
        submit(access, ShortMessage(number, service, BINARY, True, user_data))
    say(f"The SMSC has it: one message of {len(user_data)} octets.")


def set_plan(
    name: Annotated[str, typer.Argument(help="of the plan")],
    monthly: Annotated[str, typer.Argument(metavar="YUAN", help="a month, such as 39")],
    folder: Folder = DEFAULT_FOLDER,
) -> None:
    """Offer a plan, or change what it costs from the next bill on."""
    with telecom_explained():
        from zerobar.telecom import Plan, set_plan  # noqa: PLC0415
        from zerobar.telecom.installation import load  # noqa: PLC0415
        from zerobar.telecom.running import open_telecom  # noqa: PLC0415

        plan = Plan(name, Fen.parse(monthly))
        with open_telecom(load(folder)) as telecom:
            set_plan(telecom, plan)
    say(f"{name} costs {plan.monthly} a month.")


def open_line(
    number: Annotated[str, typer.Argument(help="as +8613800000001 or 13800000001")],
    plan: Annotated[str, typer.Argument(help="its name")],
    folder: Folder = DEFAULT_FOLDER,
) -> None:
    """Open a line; the same again changes nothing."""
    with telecom_explained():
        from zerobar.telecom import open_line, read_number  # noqa: PLC0415
        from zerobar.telecom.installation import load  # noqa: PLC0415
        from zerobar.telecom.running import open_telecom  # noqa: PLC0415

        with open_telecom(load(folder)) as telecom:
            line = open_line(telecom, read_number(number), plan)
    say(f"{line.number} is open, on {line.plan}.")


def register(app: typer.Typer) -> typer.Typer:
    """Add these commands to the command line; return them, for more of them."""
    telecom = typer.Typer(no_args_is_help=True, help="The telecom: make, join a bank, serve.")
    app.add_typer(telecom, name="telecom")
    telecom.command("init")(init_telecom)
    telecom.command("keys")(show_keys)
    telecom.command("join")(join_bank)
    telecom.command("serve")(serve_telecom)
    telecom.command("plan")(set_plan)
    telecom.command("line")(open_line)
    telecom.command("smsc")(set_smsc)
    telecom.command("serve-smsc")(serve_smsc)
    telecom.command("send-sms")(send_sms)
    return telecom


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit():
        raise typer.BadParameter(f"{text!r} is not HOST:PORT")
    return host.strip("[]"), int(port)


def _biller(text: str) -> bytes:
    try:
        raw = bytes.fromhex(text)
    except ValueError:
        raw = b""
    if len(raw) != _BILLER_LENGTH:
        raise typer.BadParameter("a purse's id is 8 bytes in hexadecimal", param_hint="--biller")
    return raw


@contextmanager
def telecom_explained() -> Iterator[None]:
    """Turn an expected error into sentences and exit code 1."""
    try:
        yield
    except ModuleNotFoundError as error:
        complain(
            f"{error.name} is not installed, and a telecom needs it.",
            "Install the extra: pip install 'zerobar[bank]'.",
        )
    except _expected() as error:
        complain(str(error))
    else:
        return
    raise typer.Exit(_FAILED)


def _expected() -> tuple[type[Exception], ...]:
    from zerobar.client.errors import ClientError  # noqa: PLC0415
    from zerobar.database import DatabaseFailure  # noqa: PLC0415
    from zerobar.telecom.errors import TelecomError  # noqa: PLC0415
    from zerobar.telecom.installation import InstallationError  # noqa: PLC0415

    return (AmountError, ClientError, DatabaseFailure, InstallationError, TelecomError)
