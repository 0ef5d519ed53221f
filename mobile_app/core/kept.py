"""What the server has answered a screen, kept in the person's own store to be shown again without a network."""

import json
from datetime import datetime
from typing import Any

from mobile_app.core.storage import KeyValue

MOST = 60
_KEY = "answer:"


class Kept:
    """By their address, the last `MOST`. What was answered for other sites than those of today is not shown."""

    def __init__(self) -> None:
        self._store: KeyValue | None = None

    def open(self, store: KeyValue | None) -> None:
        self._store = store

    async def of(self, path: str) -> Any:
        """None where nothing is kept."""
        found = await self._read(_KEY + path)
        return found["body"] if found and found["scope"] == await self._scope() else None

    async def keep(self, path: str, body: Any, at: datetime) -> None:
        if self._store:
            await self._store.set(_KEY + path, json.dumps({"at": at.isoformat(), "scope": await self._scope(), "body": body}))
            await self._tidy(self._store)

    async def forget(self, path: str) -> None:
        await self._forget(_KEY + path)

    async def forget_all(self) -> None:
        for key in await self._store.keys(_KEY) if self._store else []:
            await self._forget(key)

    async def _tidy(self, store: KeyValue) -> None:
        keys = await store.keys(_KEY)
        if len(keys) > MOST:
            times = {key: (found or {}).get("at", "") for key in keys for found in [await self._read(key)]}
            for key in sorted(keys, key=lambda key: times[key])[: len(keys) - MOST]:
                await self._forget(key)

    async def _read(self, key: str) -> dict[str, Any] | None:
        text = await self._store.get(key) if self._store else None
        return json.loads(text) if text else None

    async def _forget(self, key: str) -> None:
        if self._store:
            await self._store.set(key, None)

    async def _scope(self) -> str | None:
        return await self._store.get("scope") if self._store else None
