"""Photos and documents: their rows, and their bytes once each."""

from uuid import UUID

from server.core.storage import Storage, content_key
from server.demo.chance import Dice, instant


class Files:
    def __init__(self, seed: int) -> None:
        self._dice = Dice(seed, "files")
        self._contents: dict[str, bytes] = {}
        self.rows: list[dict[str, object]] = []

    def add_picture(self, content: bytes, site_id: UUID | None, name: str, at: float, by: UUID | None = None) -> UUID:
        return self._add(content, site_id, name, "image/jpeg", at, by, (800, 600))

    def add_document(self, content: bytes, site_id: UUID | None, name: str, at: float, by: UUID | None = None) -> UUID:
        return self._add(content, site_id, name, "application/pdf", at, by, (None, None))

    def _add(
        self,
        content: bytes,
        site_id: UUID | None,
        name: str,
        mime_type: str,
        at: float,
        by: UUID | None,
        size: tuple[int | None, int | None],
    ) -> UUID:
        key = content_key(content)
        self._contents[key] = content
        attachment_id, created_at = self._dice.id_at(at), instant(at)
        self.rows.append({
            "id": attachment_id, "site_id": site_id, "sha256": key, "source_sha256": key, "mime_type": mime_type, "size_bytes": len(content),
            "width": size[0], "height": size[1], "file_name": name, "created_by": by, "created_at": created_at,
        })  # fmt: skip
        return attachment_id

    async def store(self, storage: Storage) -> None:
        for content in self._contents.values():
            await storage.put(content)
