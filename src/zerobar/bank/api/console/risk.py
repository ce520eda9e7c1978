"""What risk officers do over HTTP: cases, blocking, the kill switch's preview, limits, patterns."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from zerobar.bank.api.access import StaffSession
from zerobar.bank.api.purse_showing import read_purse_id
from zerobar.bank.context import Bank
from zerobar.bank.control import blocking, class_preview, decoding, losses, stalling
from zerobar.bank.control import limits as limit_rules
from zerobar.bank.patterns import looking, tuning
from zerobar.bank.patterns.model import Hit, Pattern, Setting
from zerobar.client.console import PurseOverview
from zerobar.client.console_risk import (
    CaseDecoded,
    ClassPreview,
    LimitsAsked,
    LimitsTouched,
    LimitVersions,
    Losses,
    ParameterShown,
    PatternChange,
    PatternHits,
    PatternHitShown,
    Patterns,
    PatternShown,
    PatternVersions,
    PatternVersionShown,
    PurseBlocking,
    StalledPurses,
)
from zerobar.purse.messages import PurseClass

ClassNumber = Annotated[
    int, QueryParameter(ge=1, le=3, description="1 persons, 2 anonymous, 3 merchants")
]

OnePurse = Annotated[
    str | None, QueryParameter(pattern="^[0-9a-f]{16}$", description="only this one")
]


@get("/v1/console/cases/{case_id:uuid}", sync_to_thread=True)
def read_case(
    bank: NamedDependency[Bank], staff: NamedDependency[StaffSession], case_id: FromPath[UUID]
) -> CaseDecoded:
    """Show a case of fraud field by field, and write down who has seen it; for risk."""
    return decoding.decode_case(bank, staff, case_id)


@post("/v1/console/purses/{purse_id:str}/blocking", status_code=200, sync_to_thread=True)
def block_purse(
    bank: NamedDependency[Bank],
    staff: NamedDependency[StaffSession],
    purse_id: FromPath[str],
    data: JSONBody[PurseBlocking],
) -> PurseOverview:
    """Block a purse at once; letting it go again is proposed and approved by two. For risk."""
    return blocking.block_purse(bank, staff, read_purse_id(purse_id), data.reason)


@get("/v1/console/losses", sync_to_thread=True)
def list_losses(bank: NamedDependency[Bank], staff: NamedDependency[StaffSession]) -> Losses:
    """Say what cheats took from the float, and how far it is made good; for risk."""
    return losses.read_losses(bank, staff)


@get("/v1/console/stalled-purses", sync_to_thread=True)
def list_stalled_purses(
    bank: NamedDependency[Bank], staff: NamedDependency[StaffSession], purse: OnePurse = None
) -> StalledPurses:
    """List purses that are not acknowledged, for they took a cheat's money; for risk."""
    wanted = None if purse is None else read_purse_id(purse)
    return stalling.list_stalled(bank, staff, wanted)


@get("/v1/console/class-preview", sync_to_thread=True)
def preview_class(
    bank: NamedDependency[Bank], staff: NamedDependency[StaffSession], purse_class: ClassNumber
) -> ClassPreview:
    """Say what blocking a whole class of purses would touch; for risk."""
    return class_preview.preview_class(bank, staff, PurseClass(purse_class))


@get("/v1/console/limits", sync_to_thread=True)
def list_limits(bank: NamedDependency[Bank], staff: NamedDependency[StaffSession]) -> LimitVersions:
    """List all versions of the limits, newest first; for operations and risk."""
    return limit_rules.limit_versions(bank, staff)


@post("/v1/console/limits/preview", status_code=200, sync_to_thread=True)
def preview_limits(
    bank: NamedDependency[Bank], staff: NamedDependency[StaffSession], data: JSONBody[LimitsAsked]
) -> LimitsTouched:
    """Say whom other limits would have touched; changes nothing. For risk."""
    return limit_rules.preview_limits(bank, staff, data.categories)


@get("/v1/console/patterns", sync_to_thread=True)
def list_patterns(bank: NamedDependency[Bank], staff: NamedDependency[StaffSession]) -> Patterns:
    """List the suspicious patterns that are looked for, and their numbers; for risk."""
    return Patterns(items=[_show(*each) for each in tuning.settings(bank, staff)])


@put("/v1/console/patterns/{name:str}", sync_to_thread=True)
def change_pattern(
    bank: NamedDependency[Bank],
    staff: NamedDependency[StaffSession],
    name: FromPath[str],
    data: JSONBody[PatternChange],
) -> PatternShown:
    """Set a pattern's numbers anew, with a reason, or switch it off and on; for risk."""
    wanted = Setting(data.version, data.is_on, data.parameters, reason=data.reason)
    changed = tuning.change(bank, staff, name, wanted)
    return _show(tuning.require_pattern(name), changed)


@get("/v1/console/patterns/{name:str}/versions", sync_to_thread=True)
def list_pattern_versions(
    bank: NamedDependency[Bank], staff: NamedDependency[StaffSession], name: FromPath[str]
) -> PatternVersions:
    """List how a pattern was set, by whom and why, newest first; for risk."""
    found = tuning.versions(bank, staff, name)
    return PatternVersions(items=[_show_version(setting) for setting in found])


@get("/v1/console/patterns/{name:str}/hits", sync_to_thread=True)
def list_pattern_hits(
    bank: NamedDependency[Bank], staff: NamedDependency[StaffSession], name: FromPath[str]
) -> PatternHits:
    """List whom a pattern fits now and why, the worst first; for risk."""
    hits = looking.look(bank, staff, name)
    return PatternHits(
        at=hits.at,
        version=hits.setting.version,
        items=[_show_hit(hit) for hit in hits.found],
        more=hits.more,
    )


def _show(pattern: Pattern, setting: Setting) -> PatternShown:
    return PatternShown(
        name=pattern.name,
        title=pattern.title,
        title_zh=pattern.title_zh,
        explanation=pattern.explanation,
        explanation_zh=pattern.explanation_zh,
        subject=pattern.subject,
        is_on=setting.is_on,
        version=setting.version,
        parameters=[
            ParameterShown(
                name=each.name,
                title=each.title,
                title_zh=each.title_zh,
                unit=each.unit,
                value=setting.values[each.name],
                least=each.least,
                most=each.most,
            )
            for each in pattern.parameters
        ],
        changed_by=setting.changed_by,
        changed_at=setting.changed_at,
        reason=setting.reason,
    )


def _show_version(setting: Setting) -> PatternVersionShown:
    assert setting.changed_by is not None and setting.changed_at is not None
    return PatternVersionShown(
        version=setting.version,
        is_on=setting.is_on,
        parameters=dict(setting.values),
        changed_by=setting.changed_by,
        changed_at=setting.changed_at,
        reason=setting.reason or "",
    )


def _show_hit(hit: Hit) -> PatternHitShown:
    return PatternHitShown(
        subject=hit.subject,
        id=hit.id,
        sentence=hit.sentence,
        sentence_zh=hit.sentence_zh,
        figures=dict(hit.figures),
        last_at=hit.last_at,
    )


ROUTES: list[object] = [
    read_case,
    block_purse,
    list_losses,
    list_stalled_purses,
    preview_class,
    list_limits,
    preview_limits,
    list_patterns,
    change_pattern,
    list_pattern_versions,
    list_pattern_hits,
]
