"""Files of the server, saved or opened by the browser."""

from mobile_app.core.api import BASE
from mobile_app.core.bridge import bridge
from mobile_app.core.errors import ClientError
from mobile_app.core.problems import why
from mobile_app.domain.client import Client
from mobile_app.ui.feedback import toast
from shared_models.base import Schema


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
