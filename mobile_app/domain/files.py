"""Files: the server's, saved or opened by the browser, and those that somebody chooses on this device."""

from typing import NamedTuple
from uuid import UUID

from mobile_app.core.api import BASE
from mobile_app.core.bridge import BridgeError, bridge
from mobile_app.core.errors import ClientError, StoreTrouble
from mobile_app.core.i18n import t
from mobile_app.core.problems import why
from mobile_app.domain.client import Client
from mobile_app.ui.feedback import toast
from shared_models.attachments import KINDS, MOST_MEGABYTES, USUAL_MEGABYTES
from shared_models.base import Schema

_WORDS = ("title", "close", "choose", "unfit", "empty")


class Chosen(NamedTuple):
    """A file that waits on the device; `name` without its end."""

    id: UUID
    name: str


async def choose_file(client: Client) -> Chosen | None:
    """None when there is none; what may not be sent is refused in the sheet."""
    words = {word: t(f"file.{word}") for word in _WORDS}
    words |= {"limits": t("file.limits", megabytes=USUAL_MEGABYTES), "too_large": t("file.too_large", megabytes=MOST_MEGABYTES)}
    try:
        picked = await bridge.request("file.pick", {"texts": words, "kinds": KINDS, "max_bytes": MOST_MEGABYTES * 2**20})
        if not picked.get("blob"):
            return None
        return Chosen(await client.attach(picked["blob"], picked["mime"]), picked["name"].rpartition(".")[0] or picked["name"])
    except BridgeError:
        toast(t("file.failed"))
    except StoreTrouble as trouble:
        toast(why(trouble))
    return None


async def open_file(client: Client, file_id: UUID, name: str) -> None:
    """On the screen where the browser can, else saved as `name`, with the end that its type has."""
    try:
        content, mime = await client.file(file_id)
    except ClientError as error:
        toast(why(error, "domain.download_offline"))
        return
    end = next((end for end, kind in KINDS.items() if kind == mime), "")
    whole = name if not end or name.lower().endswith(f".{end}") else f"{name}.{end}"
    await bridge.request("file.show", {"bytes": content, "mime": mime, "name": whole, "close": t("file.close")})


async def download(client: Client, path: str, name: str, *, body: Schema | None = None) -> bool:
    """Fetch `path` (by POST when there is a `body`) as the person signed in, and hand it to the browser as `name`; whether it worked."""
    content = body.model_dump_json().encode() if body else None
    headers = {"Content-Type": "application/json"} if body else {}
    try:
        answer = await client.api.send("POST" if body else "GET", BASE + path, headers=headers, body=content)
    except ClientError as error:
        toast(why(error, "domain.download_offline"))
        return False
    mime = answer.headers.get("content-type", "application/octet-stream")
    await bridge.request("download", {"bytes": answer.body, "mime": mime, "name": name})
    return True
