"""The page behind a label, for people without an account: light HTML from the server, which works without a script.

Whoever has signed in on this device (the cookie `etabli_signed_in` hints at it, and proves nothing) gets the app instead.
"""

from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

import structlog
from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from server.attachments import service as attachments
from server.attachments import uploads
from server.attachments.service import Examined
from server.core import rate_limit
from server.core.context import origin
from server.core.database import Database
from server.core.errors import Invalid, Refusal, TooManyAttempts
from server.core.frontend import app_shell
from server.core.gates import Gates
from server.core.http import problem_of, refusal_behind
from server.core.i18n import translator
from server.core.public_pages import language_for, page
from server.core.rate_limit import Rate
from server.requests import service
from server.requests.models import WorkRequest
from server.requests.repository import LabelledMachine
from shared_models.ids import uuid7
from shared_models.labels.codes import grouped, is_label_code, label_code_in, normalise
from shared_models.problems import Problem
from shared_models.requests.rows import Symptom, WorkRequestSubmit
from shared_models.text import Code
from shared_models.validation import field_problems

SIGNED_IN_HINT = "etabli_signed_in"
REPORTS_OF_ADDRESS = Rate(30, timedelta(hours=1))  # a whole plant may share one address
REPORTS_OF_LABEL = Rate(10, timedelta(hours=1))
WRONG_CODES = Rate(30, timedelta(hours=1))
_EMPTY = {"symptom": "", "is_stopped": "", "text": "", "requester": ""}
_log = structlog.get_logger(__name__)
router = APIRouter(include_in_schema=False)


class SymptomMissing(Invalid):
    code = "symptom_missing"


@router.get("/e")
async def find_code(code: Code = "") -> Response:
    return RedirectResponse(f"/e/{quote(label_code_in(code) or normalise(code)[:40] or '-')}", status_code=303)


@router.get("/e/{code}")
async def show(request: Request, code: Code) -> Response:
    if request.cookies.get(SIGNED_IN_HINT) and (root := getattr(request.app.state, "web_root", None)):
        return app_shell(root)
    asked = _Page(request, code)
    machine = await asked.machine()
    return machine if isinstance(machine, Response) else asked.form(machine)


@router.post("/e/{code}", max_body_size=uploads.LARGEST)
async def report(request: Request, code: Code) -> Response:
    asked = _Page(request, code)
    machine = await asked.machine()
    if isinstance(machine, Response):
        return machine
    try:
        return asked.thanks(machine, await asked.submit(machine))
    except ValidationError as error:
        problem = problem_of(Invalid(), asked.lang)
        problem.errors = field_problems(error.errors(), translator(asked.lang))
        return asked.form(machine, problem=problem)
    except HTTPException:  # the rest of the form is not coming
        raise
    except Exception as error:  # noqa: BLE001 - whatever goes wrong, what was typed stays
        return asked.again(machine, error)


class _Page:
    """One request for the page of one label."""

    def __init__(self, request: Request, typed_code: str) -> None:
        self._request = request
        self._code = label_code_in(typed_code) or normalise(typed_code)[:40]
        self._typed_code = typed_code[:40]
        self._typed = dict(_EMPTY)
        self._has_photo = False
        self._request_id = uuid7()
        self.lang = language_for(request)
        self._database: Database = request.app.state.database
        self._gates: Gates = request.app.state.gates

    async def machine(self) -> LabelledMachine | Response:
        """The machine, or the page that says why there is none."""
        if not is_label_code(self._code):
            return self._notice("code_misread", 404, symbol="label", asks_code=True)
        try:
            return await self._look_up()
        except TooManyAttempts as error:
            return self._notice("too_many", error.status, symbol="alert", headers=error.headers)
        except Exception as error:  # noqa: BLE001 - it is a person who reads the answer
            return await self._out_of_reach(error)

    async def _look_up(self) -> LabelledMachine | Response:
        misses = f"label-miss:{origin.get().network}"
        await rate_limit.check(self._database.pool, misses, WRONG_CODES)  # or whoever guesses would still see what is right
        async with self._database.read_session() as session:
            machine = await service.labelled_machine(session, self._code)
        if machine is None:
            await rate_limit.hit(self._database.pool, misses, WRONG_CODES)
            return self._notice("code_unknown", 404, symbol="label", asks_code=True)
        if machine.equipment_id is None:
            return self._notice("label_of_stock" if machine.is_of_stock else "label_blank", 200, symbol="label", asks_sign_in=True)
        if not machine.takes_requests:
            return self._notice("reports_off", 200 if self._request.method == "GET" else 403, symbol="lock", asks_sign_in=True)
        return machine

    async def _out_of_reach(self, error: Exception) -> Response:
        """No machine could be looked up; what was typed stays."""
        refusal = self._refusal(error)
        problem = problem_of(refusal, self.lang)
        if self._request.method != "POST":
            return self._say(problem.title, problem.detail or "", problem.status, symbol="alert", headers=refusal.headers)
        async with uploads.form(self._request, "photo") as sent:
            self._read(sent)
        return self.form(None, problem=problem, headers=refusal.headers)

    async def submit(self, machine: LabelledMachine) -> WorkRequest:
        async with uploads.form(self._request, "photo") as sent:
            self._read(sent)
            form = self._checked()
            network = origin.get().network
            for key, rate in ((network, REPORTS_OF_ADDRESS), (f"{self._code}:{network}", REPORTS_OF_LABEL)):
                await rate_limit.hit(self._database.pool, f"report:{key}", rate)
            photo = await self._photo(sent.upload)
        async with self._database.session() as session:
            return await service.submit(session, self._request.app.state.storage, machine, form, request_id=self._request_id, photo=photo)

    def _read(self, sent: uploads.Form) -> None:
        self._typed = {name: sent.fields.get(name, "").replace("\r\n", "\n") for name in _EMPTY}
        self._request_id = _uuid(sent.fields.get("id", "")) or self._request_id
        self._has_photo = bool(sent.upload.name)

    def _checked(self) -> WorkRequestSubmit:
        if not self._typed["symptom"]:
            raise SymptomMissing(field="symptom")
        return WorkRequestSubmit.model_validate({**self._typed, "is_stopped": self._typed["is_stopped"] or "false"})

    async def _photo(self, upload: uploads.Upload) -> Examined | None:
        if upload.file is None and upload.refusal is None:
            return None
        async with self._gates.reports.passed():
            data = await upload.data()
            return await attachments.examine_photo(data, upload.name) if data else None

    # --- what is answered

    def form(
        self, machine: LabelledMachine | None, *, problem: Problem | None = None, headers: dict[str, str] | None = None
    ) -> Response:  # fmt: skip
        status = problem.status if problem else 200
        name, line = (machine.name, machine.line) if machine else (self._shown_code(), "")
        return self._render(
            "form", status, headers, name=name, line=line, problem=problem, typed=self._typed, request_id=self._request_id,
            symptoms=list(Symptom), lost_photo=bool(problem and self._has_photo),
        )  # fmt: skip

    def again(self, machine: LabelledMachine, error: Exception) -> Response:
        """The form with what was typed, and why it was not taken."""
        refusal = self._refusal(error)
        return self.form(machine, problem=problem_of(refusal, self.lang), headers=refusal.headers)

    def _refusal(self, error: Exception) -> Refusal:
        refusal = refusal_behind(error)
        if refusal is None:
            _log.error("report.failed", exc_info=error)
        return refusal or Refusal()

    def thanks(self, machine: LabelledMachine, request: WorkRequest) -> Response:
        return self._render("thanks", 201, machine=machine, number=request.number)

    def _notice(self, key: str, status: int, **more: Any) -> Response:
        words = translator(self.lang)
        return self._say(words.t(f"operator.{key}"), words.t(f"operator.{key}_detail"), status, **more)

    def _say(
        self, heading: str, detail: str, status: int, *, symbol: str, asks_code: bool = False, asks_sign_in: bool = False,
        headers: dict[str, str] | None = None,
    ) -> Response:  # fmt: skip
        return self._render(
            "notice", status, headers, heading=heading, detail=detail, symbol=symbol,
            asks_code=asks_code, asks_sign_in=asks_sign_in, typed_code=self._shown_code(),
        )  # fmt: skip

    def _shown_code(self) -> str:
        return grouped(self._code) if is_label_code(self._code) else self._typed_code.strip("-")[:12]

    def _render(self, template: str, status: int, headers: dict[str, str] | None = None, **values: Any) -> Response:
        path = f"/e/{quote(self._code or '-')}"
        asked = f"?lang={self.lang}" if self._request.query_params.get("lang") else ""
        return page(
            f"operator/{template}", self.lang, status, path=path, sign_in_url=f"/sign-in?next={path}", headers=headers,
            action=f"{path}{asked}", **values,
        )  # fmt: skip


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
