"""What people do with their notices, and what they choose to be told."""

from datetime import datetime
from typing import Any
from uuid import UUID

from server.audit import service as audit
from server.core.access import Actor
from server.core.commands import carries_out
from server.core.database import ReadSession, Session
from server.core.errors import existing
from server.notifications import repository
from server.notifications.digests import KIND as DIGEST
from server.notifications.models import AlertDefault, AlertSetting, Notice
from server.notifications.telling import actions_of
from server.outbox.service import Entry, post
from server.push.service import devices_of
from shared_models.notices.commands import AcknowledgeNotice, OnNotice, SnoozeNotice
from shared_models.notices.kinds import KINDS, NoticeKind, Way
from shared_models.notices.rows import NoticeRow
from shared_models.notices.settings import (
    Choice,
    DefaultRead,
    DefaultsWrite,
    KindRead,
    QuietHours,
    RoleChoice,
    SettingsRead,
    SettingsWrite,
    days_of,
    is_for,
    wants,
)
from shared_models.outbox import Channel
from shared_models.permissions import Role
from shared_models.rules import apply


@carries_out(OnNotice)
async def deal_with(session: Session, actor: Actor, cmd: OnNotice) -> None:
    """Somebody else's does not exist. With one that was taken away before they heard of it, there is nothing left to do."""
    if isinstance(cmd, AcknowledgeNotice):
        await repository.lock_same(session, actor, cmd.notice_id)
    notice = existing(await repository.take(session, actor, cmd.notice_id))
    if notice.gone_at is not None:
        return
    before, row = audit.snapshot(notice), apply(_seen(notice), cmd, actor.by).row
    for name in ("read_at", "snoozed_until", "acknowledged_at", "acknowledged_by", "is_muted", "version"):
        setattr(notice, name, getattr(row, name))
    notice.is_read = row.is_read
    await session.flush()
    await audit.record(session, actor, f"notice.{cmd.done}", notice, before=before, occurred_at=cmd.occurred_at)
    if isinstance(cmd, AcknowledgeNotice) and before["acknowledged_at"] is None:
        await repository.acknowledge_everywhere(session, notice)
    if isinstance(cmd, SnoozeNotice):
        await post(session, *await _again(session, actor, notice, cmd.until))


def _seen(notice: Notice) -> NoticeRow:
    columns = {name: getattr(notice, name) for name in NoticeRow.model_fields if name in Notice.model_fields}
    return NoticeRow.model_construct(**columns, kind=notice.type, about=notice.related_entity_type, about_id=notice.related_entity_id)


async def _again(session: Session, actor: Actor, notice: Notice, until: datetime) -> list[Entry]:
    content: dict[str, Any] = {
        **{name: getattr(notice, name) for name in ("title", "message", "because", "path", "priority")}, "notice_id": notice.id,
        "kind": notice.type, "thread": f"{notice.related_entity_type}:{notice.related_entity_id}", "lang": actor.lang, "at": until,
        "actions": actions_of(notice.related_entity_type, notice.type),
    }  # fmt: skip
    lasts = KINDS[notice.type].lasts
    return [
        Entry(Channel.push, f"notice {notice.id} {until.isoformat()}", str(device), content, actor.user_id, notice.id, until, lasts)
        for device in (await devices_of(session, [actor.user_id]))[actor.user_id]
    ]


# ---------------------------------------------------------------- settings


async def settings(session: ReadSession, actor: Actor) -> SettingsRead:
    own = {each.alert_type: _choice(each) for each in await repository.settings_of(session, actor.user_id)}
    roles = {each.alert_type: _role_choice(each) for each in await repository.defaults_of(session, actor.role)}
    preference = await repository.preference_of(session, actor.user_id)
    return SettingsRead(
        kinds=[_read(kind, actor.role, own.get(kind), roles.get(kind)) for kind in NoticeKind if is_for(kind, actor.role)],
        time_zone=preference.time_zone or None, quiet_hours=[QuietHours.model_validate(each) for each in preference.quiet_hours or []],
        urgent_passes=preference.urgent_passes is not False, digest_at=preference.digest_at, paused_until=preference.paused_until,
    )  # fmt: skip


async def choose(session: Session, actor: Actor, chosen: SettingsWrite) -> SettingsRead:
    """All of it at once; what is left out is as it is for one's role."""
    await repository.in_turn(session, str(actor.user_id))
    await repository.forget_choices(session, actor.user_id)
    session.add_all(
        AlertSetting(user_id=actor.user_id, alert_type=kind, **_columns(choice))
        for kind, choice in chosen.kinds.items()
        if choice != Choice()
    )
    preference = await repository.preference_of(session, actor.user_id)
    for name in ("urgent_passes", "digest_at", "paused_until"):
        setattr(preference, name, getattr(chosen, name))
    preference.time_zone = chosen.time_zone or ""
    preference.quiet_hours = [each.model_dump(mode="json") for each in chosen.quiet_hours]
    session.add(preference)
    await session.flush()
    return await settings(session, actor)


async def defaults(session: ReadSession, role: Role) -> list[DefaultRead]:
    chosen = {each.alert_type: _role_choice(each) for each in await repository.defaults_of(session, role)}
    return [
        DefaultRead(
            kind=kind, **{way.value: wants(kind, role, way, None, chosen.get(kind)) for way in Way},
            days=days_of(kind, None, chosen.get(kind)),
            is_fixed=kind in chosen and chosen[kind].is_fixed, chosen=chosen.get(kind, RoleChoice()),
        )
        for kind in NoticeKind if is_for(kind, role)
    ]  # fmt: skip


async def decide(session: Session, actor: Actor, role: Role, decided: DefaultsWrite) -> list[DefaultRead]:
    await repository.in_turn(session, role)
    before: dict[str, Any] = {
        each.alert_type: _role_choice(each).model_dump(mode="json") for each in await repository.defaults_of(session, role)
    }
    await repository.forget_defaults(session, role)
    rows = [
        AlertDefault(role=role, alert_type=kind, is_fixed=choice.is_fixed, **_columns(choice))
        for kind, choice in decided.kinds.items() if choice != RoleChoice()
    ]  # fmt: skip
    session.add_all(rows)
    await session.flush()
    after: dict[str, Any] = {kind: choice.model_dump(mode="json") for kind, choice in decided.kinds.items() if choice != RoleChoice()}
    target = AlertDefault(role=role, alert_type=NoticeKind.due)
    await audit.record(session, actor, "notice.defaults_set", target, before=before, after={**after, "role": role})
    return await defaults(session, role)


async def stop_mail(session: Session, user_id: UUID, role: Role, kind: str) -> bool:
    """As the address in a mail asks for: of this kind, or of all where it is the digest. What is no kind stops nothing.

    Whether that is the end of them: an administrator may have decided that the role gets them.
    """
    await repository.in_turn(session, str(user_id))
    known = {each.alert_type: each for each in await repository.settings_of(session, user_id)}
    for stopped in NoticeKind if kind == DIGEST else [each for each in NoticeKind if each == kind]:
        setting = known.get(stopped) or AlertSetting(user_id=user_id, alert_type=stopped)
        setting.is_email_enabled = False
        session.add(setting)
    await session.flush()
    return not any(
        each.is_fixed and wants(each.alert_type, role, Way.email, None, _role_choice(each))
        for each in await repository.defaults_of(session, role) if kind in {DIGEST, each.alert_type}
    )  # fmt: skip


def _read(kind: NoticeKind, role: Role, own: Choice | None, roles: RoleChoice | None) -> KindRead:
    return KindRead(
        kind=kind, **{way.value: wants(kind, role, way, own, roles) for way in Way}, days=days_of(kind, own, roles),
        is_fixed=bool(roles and roles.is_fixed), chosen=own or Choice(),
    )  # fmt: skip


def _choice(row: AlertSetting) -> Choice:
    return Choice(app=row.is_app_enabled, push=row.is_web_enabled, email=row.is_email_enabled, days=row.threshold_value)


def _role_choice(row: AlertDefault) -> RoleChoice:
    return RoleChoice(
        app=row.is_app_enabled, push=row.is_web_enabled, email=row.is_email_enabled, days=row.threshold_value, is_fixed=row.is_fixed
    )  # fmt: skip


def _columns(choice: Choice) -> dict[str, Any]:
    return {
        "is_app_enabled": choice.app, "is_web_enabled": choice.push, "is_email_enabled": choice.email, "threshold_value": choice.days,
    }  # fmt: skip


async def untold(session: ReadSession) -> int:
    """How much there is that nobody could be told of, by a fault of ours: it is tried again."""
    return await repository.untold(session)
