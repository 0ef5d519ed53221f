"""A real server under pictures and sheets that take much memory: what it holds at its peak, and what it keeps."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from server.core.settings import MEBIBYTE
from shared_models.ids import uuid7
from tests.conftest import SECRET
from tests.server.attachments import samples
from tests.server.machines import make_machine, make_site
from tests.setup.test_serve import Server

pytestmark = [pytest.mark.fresh_database, pytest.mark.timeout(300)]
PUBLIC_PEAK_MIB = 320
KEPT_MIB = 80


class Memory:
    """Of a process and those it starts, in MiB."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.peak = 0.0

    def now(self) -> float:
        return sum(_resident(pid) for pid in (self._pid, *_children(self._pid)))

    @contextmanager
    def watched(self):
        is_over = threading.Event()

        def watch() -> None:
            while not is_over.wait(0.02):
                self.peak = max(self.peak, self.now())

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            yield
        finally:
            is_over.set()
            watcher.join()


def _resident(pid: int) -> float:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096 / MEBIBYTE
    except (FileNotFoundError, ProcessLookupError):
        return 0.0


def _children(pid: int) -> list[int]:
    try:
        found = [task.joinpath("children").read_text() for task in Path(f"/proc/{pid}/task").iterdir()]
    except (FileNotFoundError, ProcessLookupError):
        return []
    children = [int(child) for line in found for child in line.split()]
    return [child for child in children if _command(child) != _command(pid)]  # before exec, a child shows its parent's memory


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


async def test_nobody_can_fill_the_memory(open_folder, client_as, session, database_url):
    """Twelve people without an account with a picture each, and three readers with two thousand labels."""
    site = await make_site(session)
    reader = await client_as("supervisor", sites=[site.id])
    machine = await make_machine(reader, site.id)
    await session.commit()
    pictures = [samples.square(7_745), samples.square(12_000)]  # the second is refused by its header
    with Server(open_folder / "data", env={"DATABASE_URL": database_url, "ETABLI_JOBS": "false", "ETABLI_SECRET_KEY": SECRET}) as server:
        server.ready()
        memory = Memory(server.process.pid)
        url = f"http://127.0.0.1:{server.port}/e/{machine['label_codes'][0]}"

        def send(number: int) -> int:
            form = {"id": str(uuid7()), "symptom": "noise", "is_stopped": "false", "text": f"Bruit {number}"}
            photo = {"photo": ("a.png", pictures[number % 2], "image/png")}
            answer = httpx2.post(url, data=form, files=photo, timeout=120, trust_env=False)
            assert answer.status_code == 201 or f"Bruit {number}</textarea>" in answer.text
            return answer.status_code

        def print_labels(_: int) -> int:
            sheet, headers = {"equipment_ids": [machine["id"]] * 2_000}, {"authorization": reader.headers["authorization"]}
            printed = f"http://127.0.0.1:{server.port}/api/v1/labels/sheet"
            return httpx2.post(printed, json=sheet, headers=headers, timeout=120, trust_env=False).status_code

        assert send(0) == 201
        before = memory.now()
        with memory.watched(), ThreadPoolExecutor(15) as people:
            sheets = [people.submit(print_labels, number) for number in range(3)]
            statuses = list(people.map(send, range(1, 13)))
        assert {sheet.result() for sheet in sheets} <= {200, 503}
        assert set(statuses) <= {201, 422, 429, 503}, statuses
        assert statuses.count(422) >= 1
        assert memory.peak - before < PUBLIC_PEAK_MIB
        assert memory.now() - before < KEPT_MIB
