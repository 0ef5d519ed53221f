"""Who is signed in on this device, with or without a network."""

import json
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from mobile_app.core.observable import Observable
from mobile_app.core.storage import KeyValue
from shared_models.auth.sessions import Me
from shared_models.ids import uuid7
from shared_models.permissions import Role


class SessionState(StrEnum):
    """`signed_out_with_unsent`: the server has ended the session while work of `user` is still on this device; nothing is
    lost, and the same person goes on by signing in.
    """

    starting = "starting"
    signed_out = "signed_out"
    signed_in = "signed_in"
    signed_out_with_unsent = "signed_out_with_unsent"


@dataclass(frozen=True)
class SessionUser:
    id: UUID
    name: str
    role: Role

    @classmethod
    def of(cls, me: Me) -> "SessionUser":
        return cls(me.id, f"{me.first_name} {me.last_name}".strip(), me.role)

    def text(self) -> str:
        return json.dumps({"id": str(self.id), "name": self.name, "role": self.role.value})

    @classmethod
    def read(cls, text: str) -> "SessionUser":
        kept = json.loads(text)
        return cls(UUID(kept["id"]), kept["name"], Role(kept["role"]))


class Session(Observable):
    """Live."""

    def __init__(self) -> None:
        super().__init__()
        self.state = SessionState.starting
        self.user: SessionUser | None = None

    def move(self, state: SessionState, user: SessionUser | None) -> None:
        if (state, user) != (self.state, self.user):
            self.state, self.user = state, user
            self.notify()


class Device:
    """What the device remembers whoever uses it. Values are JSON."""

    def __init__(self, store: KeyValue) -> None:
        self._store = store

    async def device_id(self) -> UUID:
        known = await self._store.get("device_id")
        if known:
            return UUID(json.loads(known))
        made = uuid7()
        await self._store.set("device_id", json.dumps(str(made)))
        return made

    async def user(self) -> SessionUser | None:
        text = await self._store.get("user")
        try:
            return SessionUser.read(text) if text else None
        except (ValueError, KeyError, TypeError):
            return None

    async def set_user(self, user: SessionUser | None) -> None:
        await self._store.set("user", user.text() if user else None)

    async def word(self, key: str) -> str | None:
        text = await self._store.get(key)
        return json.loads(text) if text else None

    async def set_word(self, key: str, value: str | float | None) -> None:
        await self._store.set(key, None if value is None else json.dumps(value))


class Preferences(Observable):
    """`lang` is "fr", "en" or None (as the browser says); `theme` is "light", "dark" or None (as the system says).

    `language` is what to speak: what was chosen, else the browser's own.
    """

    def __init__(self) -> None:
        super().__init__()
        self.lang: str | None = None
        self.of_browser = "fr"
        self.theme: str | None = None
        self._device: Device | None = None

    @property
    def language(self) -> str:
        return self.lang or self.of_browser

    async def open(self, device: Device) -> None:
        self._device = device
        self.lang, self.theme = await device.word("lang"), await device.word("theme")
        self.notify()

    async def set(self, **changes: str | None) -> None:
        """`set(lang="en")`, `set(theme=None)`."""
        for name in changes.keys() & {"lang", "theme"}:
            setattr(self, name, changes[name])
            if self._device:
                await self._device.set_word(name, changes[name])
        self.notify()


DRAFT = "draft:"


class Drafts:
    """What forms hold, by key, in the signed-in person's own store."""

    def __init__(self) -> None:
        self._store: KeyValue | None = None

    def open(self, store: KeyValue | None) -> None:
        self._store = store

    async def load(self, key: str) -> dict[str, object] | None:
        text = await self._store.get(DRAFT + key) if self._store else None
        return json.loads(text) if text else None

    async def save(self, key: str, values: dict[str, object]) -> None:
        if self._store:
            await self._store.set(DRAFT + key, json.dumps(values))

    async def clear(self, key: str) -> None:
        if self._store:
            await self._store.set(DRAFT + key, None)

    async def count(self) -> int:
        """Those that hold words of somebody's; what a screen merely remembers has a key without a subject."""
        keys = await self._store.keys(DRAFT) if self._store else []
        drafts = [await self.load(key.removeprefix(DRAFT)) or {} for key in keys if ":" in key.removeprefix(DRAFT)]
        return sum(any(isinstance(value, str) and value.strip() for value in draft.values()) for draft in drafts)
