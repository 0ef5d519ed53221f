"""Reads and writes that go to the server directly. Each raises `Offline` without a network."""

from typing import Any
from uuid import UUID

from mobile_app.core.api import BASE, Api
from mobile_app.core.errors import STALE, ProblemError
from shared_models.auth.invitations import (  # fmt: skip
    ForgottenAnswer,
    JoinRequest,
    LinkLook,
    LinkOffer,
    Mailed,
    PasswordForgotten,
    PasswordReset,
)
from shared_models.auth.sessions import DemoAccount, Me, PasswordChange, RegisterRequest, SessionRead, SetupRequest
from shared_models.problems import Problem


class Remote:
    """`get`, `post`, … take paths below `/api/v1` and give the answer's JSON."""

    def __init__(self, http: Api) -> None:
        self._http = http
        self.get, self.post, self.put = http.get, http.post, http.put
        self.patch, self.delete, self.list_of = http.patch, http.delete, http.list_of
        self.send = http.send

    async def save(
        self, path: str, row_id: str, body: dict[str, Any], version: int | None, *, new: dict[str, Any] | None = None, verb: str = "PATCH"
    ) -> None:  # fmt: skip
        """Change the row `row_id` below `path`, or create it where there is no `version` yet, `new` being told besides.

        Where an attempt whose answer was lost has created it already, it is changed to what was entered since.
        """
        at = f"{path}/{row_id}"
        if version is None:
            try:
                await (self.post(path, {**body, **(new or {}), "id": row_id}) if verb == "PATCH" else self._http.json(verb, at, body))
            except ProblemError as refusal:
                if not _is_made(refusal.problem):
                    raise
                version = (await self.get(at))["version"]
            else:
                return
        await self._http.json(verb, at, {**body, "version": version})

    async def demo_accounts(self) -> list[DemoAccount]:
        """None outside a demonstration. Asked before anybody has signed in."""
        return [DemoAccount.model_validate(item) for item in await self._http.public("/auth/demo-accounts")]

    async def register(self, wanted: RegisterRequest) -> None:
        """An account that waits for an administrator; with a `SetupRequest`, the first administrator's own."""
        path = "/auth/setup" if isinstance(wanted, SetupRequest) else "/auth/register"
        await self._http.public(path, wanted)

    async def look_at_link(self, token: str) -> LinkOffer:
        """What a link that an administrator made is good for."""
        return LinkOffer.model_validate(await self._http.public("/auth/link", LinkLook.model_construct(token=token)))

    async def join(self, wanted: JoinRequest) -> None:
        await self._http.public("/auth/join", wanted)

    async def reset_password(self, wanted: PasswordReset) -> None:
        await self._http.public("/auth/new-password", wanted)

    async def forget_password(self, wanted: PasswordForgotten) -> Mailed:
        """How a link is on its way, if there is such an account: that is not told."""
        return ForgottenAnswer.model_validate(await self._http.public("/auth/forgot-password", wanted)).mailed

    async def sessions(self) -> list[SessionRead]:
        return await self._http.list_of(SessionRead, "/auth/sessions")

    async def end_session(self, session_id: UUID) -> None:
        await self._http.delete(f"/auth/sessions/{session_id}")

    async def me(self) -> Me:
        return Me.model_validate(await self._http.get("/auth/me"))

    async def change_password(self, change: PasswordChange) -> None:
        await self._http.post("/auth/password", change)

    async def attachment(self, file_id: UUID, size: int | None = None) -> bytes:
        path = f"/attachments/{file_id}/thumbnail?size={size}" if size else f"/attachments/{file_id}"
        return (await self._http.send("GET", BASE + path)).body

    async def file(self, file_id: UUID) -> tuple[bytes, str]:
        """With its type."""
        answer = await self._http.send("GET", f"{BASE}/attachments/{file_id}")
        return answer.body, answer.headers.get("content-type", "application/octet-stream").partition(";")[0]


def _is_made(problem: Problem) -> bool:
    return problem.code == STALE or any(wrong.code == "already_exists" and wrong.field == "id" for wrong in problem.errors)
