"""Bringing home what was left in a store that stood in for another one."""

from collections.abc import Sequence

from mobile_app.core.observable import Observable
from mobile_app.core.outbox import Outbox, Stage
from mobile_app.core.session import DRAFT
from mobile_app.core.storage import LocalStore, Record, StoreFactory


class StoreNotes(Observable):
    """What happened to the device's storage since the start, for the person to know. Live.

    `set_aside`: a store could not be read, and what it holds waits until it can. `recovered`: commands that came back from
    one. `superseded`: another tab needed this one's store; nothing more can be kept here before a reload.
    """

    def __init__(self) -> None:
        super().__init__()
        self.set_aside = self.superseded = False
        self.recovered = 0

    def tell(self, *, set_aside: bool = False, superseded: bool = False, recovered: int = 0) -> None:
        self.set_aside |= set_aside
        self.superseded |= superseded
        self.recovered += recovered
        self.notify()

    def seen(self) -> None:
        self.set_aside, self.recovered = False, 0
        self.notify()


async def bring_home(stores: StoreFactory, user_id: str, store: LocalStore, outbox: Outbox) -> int:
    """Move unsent commands, their files and drafts into `store`; how many commands there were.

    Nothing is destroyed before all of it is on disk. What a crash in between leaves in both is not carried out twice: the
    server remembers the commands it has had.
    """
    moved = 0
    for name, stray in (await stores.left_over(user_id)).items():
        unsent = [record for record in await stray.outbox() if record["stage"] != Stage.applied]
        await _copy_files(stray, store, unsent)
        await _copy_drafts(stray, store)
        if not outbox.is_kept_in(store):  # somebody else has signed in meanwhile: at the next start
            return moved
        moved += await outbox.adopt(unsent)
        await stray.close()
        await stores.destroy(name)
    return moved


async def _copy_files(stray: LocalStore, store: LocalStore, records: Sequence[Record]) -> None:
    present = set(await store.blob_ids())
    for record in records:
        file_id = str(record.get("file"))
        blob = await stray.blob(file_id) if file_id not in present else None
        if blob is not None:
            await store.put_blob(file_id, blob.data, blob.mime, record["command"]["occurred_at"])


async def _copy_drafts(stray: LocalStore, store: LocalStore) -> None:
    present = set(await store.keys(DRAFT))
    for key in await stray.keys(DRAFT):
        if key not in present:
            await store.set(key, await stray.get(key))
