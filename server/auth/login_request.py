"""What `POST /auth/login` reads: JSON as our own clients send it, or the form of OAuth2's password grant (RFC 6749, §4.3)."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from server.core.errors import Invalid
from shared_models.auth.sessions import LoginRequest

URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
_GRANT = "password"
_FORM = {
    "type": "object",
    "required": ["username", "password"],
    "properties": {
        "username": {"type": "string", "minLength": 1, "maxLength": 100, "description": "The user name or the e-mail address"},
        "password": {"type": "string", "minLength": 1, "maxLength": 200, "format": "password"},
        "grant_type": {"type": "string", "enum": [_GRANT]},
        "scope": {"type": "string"},
        "client_id": {"type": "string"},
        "client_secret": {"type": "string"},
    },
}
BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "application/json": {"schema": LoginRequest.model_json_schema()},
        URLENCODED: {"schema": _FORM},
        MULTIPART: {"schema": _FORM},
    },
}


class GrantUnsupported(Invalid):
    code = "grant_unsupported"


@dataclass(frozen=True)
class Asked:
    cmd: LoginRequest
    is_form: bool


async def _asked(request: Request) -> Asked:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    is_form = kind in {URLENCODED, MULTIPART}
    if is_form:
        fields = await _form(request)
    elif not await request.body():
        fields = {}
    elif kind == "application/json" or kind.endswith("+json"):
        fields = await _json(request)
    else:
        raise HTTPException(415)
    try:
        return Asked(LoginRequest.model_validate(fields), is_form)
    except ValidationError as error:
        found = error.errors(include_url=False)
        raise RequestValidationError([{**one, "loc": ("body", *one["loc"])} for one in found]) from error


async def _json(request: Request) -> Any:
    try:
        return await request.json()
    except (ValueError, RecursionError) as error:  # also bytes that are no text
        raise HTTPException(400) from error


async def _form(request: Request) -> dict[str, str]:
    """What else a client of OAuth2 sends is ignored, as the standard says."""
    async with request.form(max_files=0, max_fields=20) as form:
        fields = {name: value for name, value in form.items() if not isinstance(value, UploadFile)}
    if fields.get("grant_type") not in {None, "", _GRANT}:
        raise GrantUnsupported(field="grant_type")
    return {name: fields[name] for name in ("username", "password") if name in fields}


LoginDep = Annotated[Asked, Depends(_asked)]
