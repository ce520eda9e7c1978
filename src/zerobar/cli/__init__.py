"""The command line: `zerobar card …`, `zerobar bank …`, `zerobar demo` and others."""

from __future__ import annotations

from typing import Annotated

import typer

from zerobar import __version__
from zerobar.cli import (
    banking,
    conforming,
    demonstrating,
    diagnosing,
    holding,
    issuing,
    operating,
    partnering,
    paying,
    phones,
    purses,
    safekeeping,
    sandboxing,
    serving,
    settling,
    showing,
    telecoms,
    tills,
    traces,
    unplacing,
    worlds,
)
from zerobar.cli.console import out

app = typer.Typer(no_args_is_help=True, pretty_exceptions_show_locals=False)
card = typer.Typer(no_args_is_help=True, help="Purses: issue, show, tap, sync.")
app.add_typer(card, name="card")

card.command("issue")(issuing.issue)
card.command("show")(showing.show)
card.command("serve")(serving.serve_card)
card.command("tap")(paying.tap_cards)
card.command("resume")(paying.resume_tap)
card.command("void")(paying.void_payment)
card.command("load")(operating.load_card)
card.command("unload")(operating.unload_card)
card.command("sync")(operating.sync_cards)
card.command("audit")(operating.audit)
card.command("arm")(holding.arm_card)
card.command("pin")(holding.change_pin)
card.command("conformance")(conforming.conformance)
card.command("doctor")(diagnosing.doctor)
bank = typer.Typer(no_args_is_help=True, help="An operator's bank: make, serve, check.")
app.add_typer(bank, name="bank")
bank.command("init")(banking.init_bank)
bank.command("serve")(banking.serve_bank)
bank.command("check")(banking.check_bank)
bank.command("verify")(safekeeping.verify_bank)
bank.command("backup")(safekeeping.back_up)
bank.command("restore")(safekeeping.restore)
bank.command("rehearse")(safekeeping.rehearse)
bank.command("settle")(settling.settle_files)
partner = typer.Typer(no_args_is_help=True, help="Who may vouch for phone numbers.")
bank.add_typer(partner, name="partner")
partner.command("add")(partnering.add_partner)
partner.command("list")(partnering.list_partners)
partner.command("revoke")(partnering.revoke_partner)
purse = typer.Typer(no_args_is_help=True, help="Purses: made by a card bureau, or here.")
bank.add_typer(purse, name="purse")
purse.command("batch")(purses.make_batch_file)
purse.command("certify")(purses.certify_file)
purse.command("personalise")(purses.personalise)
phone = typer.Typer(no_args_is_help=True, help="A phone's program: make, serve.")
app.add_typer(phone, name="phone")
phone.command("init")(phones.init_phone)
phone.command("serve")(phones.serve_phone)
sandbox = typer.Typer(no_args_is_help=True, help="Institutions to develop against.")
app.add_typer(sandbox, name="sandbox")
sandbox.command("serve")(sandboxing.serve_sandbox)
unplacing.register(telecoms.register(app))
tills.register(app)
app.command("demo")(demonstrating.demo)
app.command("trace")(traces.trace)
app.command("world")(worlds.run_worlds)


def _print_version(wanted: bool) -> None:
    if wanted:
        out.print(__version__)
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="and exit"),
    ] = False,
) -> None:
    """Digital cash that pays with zero bars of signal. Test money only."""
