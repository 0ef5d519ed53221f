"""What every store does, in CPython and in the browser alike: plain assertions, so that Pyodide can run them too."""

import json
import random
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple
from uuid import UUID

from mobile_app.core.storage import READ_BY, Batch, LocalStore, Page, StoredRow, StoreFactory

A, B, C = ("00000000-0000-7000-8000-00000000000" + digit for digit in "abc")


def row(entity: str, row_id: str, site: str | None = "s1", refs: tuple[str, ...] = (), **content: Any) -> StoredRow:
    return StoredRow(entity, row_id, site, refs, json.dumps({"id": row_id, **content}))


async def keeps_rows(store: LocalStore) -> None:
    await store.apply(Batch(puts=[row("equipment", A, refs=("label:X",)), row("equipment", B), row("site", C, None)], kv={"cursor": '"1"'}))
    assert (await store.rows("equipment")).keys() == {A, B}
    assert (await store.rows("equipment"))[A] == json.dumps({"id": A}).encode()
    assert await store.rows("none") == {}
    assert json.loads(await store.rows_of("equipment", "label:X"))[0]["id"] == A
    assert json.loads(await store.rows_of("document", "label:X")) == []
    assert await store.rows_at([f"site/{C}", "site/none"]) == [json.dumps({"id": C}), None]
    assert await store.get("cursor") == '"1"'


async def replaces_rows_and_their_references(store: LocalStore) -> None:
    await store.apply(Batch(puts=[row("equipment", A, refs=("label:OLD", "label:BOTH"))]))
    await store.apply(Batch(puts=[row("equipment", A, refs=("label:NEW", "label:BOTH"), name="é")]))
    assert json.loads(await store.rows_of("equipment", "label:OLD")) == []
    assert json.loads(await store.rows_of("equipment", "label:NEW")) == [{"id": A, "name": "é"}]
    assert len(json.loads(await store.rows_of("equipment", "label:BOTH"))) == 1


async def drops_only_what_is_still_there(store: LocalStore) -> None:
    await store.apply(Batch(puts=[row("equipment", A, "s1"), row("equipment", B, "s2"), row("user", C, None)]))
    await store.apply(Batch(drops=[(f"equipment/{A}", "s1"), (f"equipment/{B}", "s1"), (f"user/{C}", None)]))
    assert [*await store.rows("equipment")] == [B]
    assert await store.rows("user") == {}
    await store.apply(Batch(puts=[row("equipment", B, "s2", back=True)], drops=[(f"equipment/{B}", "s2")]))
    assert json.loads((await store.rows("equipment"))[B]) == {"id": B, "back": True}


async def keeps_only_the_sites_in_scope(store: LocalStore) -> None:
    await store.apply(Batch(puts=[row("equipment", A, "s1"), row("equipment", B, "s2"), row("user", C, None)]))
    await store.apply(Batch(sites=["s2"]))
    assert [*await store.rows("equipment")] == [B]
    assert len(await store.rows("user")) == 1
    await store.apply(Batch(puts=[row("equipment", A, "s2")]))
    others = [row("equipment", str(UUID(int=number)), "s3") for number in range(60)]
    await store.apply(Batch(puts=[row("equipment", A, "s3"), *others], sites=["s3"]))
    assert len(await store.rows("equipment")) == 61


async def resets_rows_and_nothing_else(store: LocalStore) -> None:
    await store.apply(Batch(puts=[row("equipment", A)], kv={"draft:x": "{}"}))
    await store.write_outbox(puts=[{"id": "1"}])
    await store.apply(Batch(puts=[row("equipment", B)], reset=True))
    assert [*await store.rows("equipment")] == [B]
    assert await store.outbox() == [{"id": "1"}]
    assert await store.get("draft:x") == "{}"


def change(entity: str, row_id: str, site: str | None, **row: Any) -> dict[str, Any]:
    return {"entity": entity, "id": row_id, "site_id": site, "row": {"id": row_id, **row} if row else None}


async def takes_a_page_as_it_comes(store: LocalStore) -> None:
    await store.apply(Batch(puts=[row("equipment", C, "s1"), row("equipment", B, "s9")]))
    words = "l’été\n\u2028 “4,5” \\ 🔧"
    changes = [
        change("equipment", C, "s1"), change("equipment", A, "s1", name=words, label_codes=["X", "Y"]),
        change("document", B, "s1", equipment_id=A), change("later_kind", A, None, x=1.5),
    ]  # fmt: skip
    whole = json.dumps({"changes": changes, "cursor": "2", "more": False})
    for body in (whole, in_lines(changes, '"cursor":"2","more":false')):
        await takes(store, store.page(body.encode()), words)
    assert store.page(in_lines([], '"cursor":"3"').encode()).head == {"cursor": "3"}


def in_lines(changes: list[dict[str, Any]], rest: str) -> str:
    """As the server writes it."""
    lines = ",\n".join(json.dumps(change, ensure_ascii=False, separators=(", ", " : ")) for change in changes)
    return f'{{"changes":[\n{lines}\n],{rest}}}'


async def takes(store: LocalStore, page: Page, words: str) -> None:
    assert page.head == {"cursor": "2", "more": False}
    assert list(page.keys) == [f"equipment/{A}", f"document/{B}", f"later_kind/{A}"]
    assert [tuple(drop) for drop in page.drops] == [(f"equipment/{C}", "s1")]
    await store.take(page, kv={"cursor": '"2"'}, sites=["s1"], reset=False)
    held = page.texts()
    assert json.loads(held["equipment"][A])["name"] == words
    assert "document" not in held
    assert await store.rows("equipment") == held["equipment"]
    assert json.loads(await store.rows_of("equipment", "label:Y"))[0]["id"] == A
    assert json.loads(await store.rows_of("document", f"equipment:{A}"))[0]["id"] == B
    assert await store.get("cursor") == '"2"'


async def follows_pages_of_many_rows(store: LocalStore) -> None:
    await walks(store, "user")


async def follows_pages_of_what_is_looked_up(store: LocalStore) -> None:
    await walks(store, "document")


async def walks(store: LocalStore, entity: str) -> None:
    """Pages large and small, drops, moves between sites and machines, and resets, against what they come to."""
    chance, ids, expected = random.Random(7), [str(UUID(int=number)) for number in range(150)], dict[str, Expected]()
    for step in range(60):
        written = {
            row_id: Expected(chance.choice(["s1", "s2", None]), chance.choice([A, B, C]), step)
            for row_id in chance.sample(ids, chance.choice([1, 3, 60, 120]))
        }
        dropped = {row_id: chance.choices(["s1", "s2", None], k=2) for row_id in chance.sample(ids, chance.choice([0, 2, 70]))}
        sites, reset = chance.choice([None, None, None, ["s1"], ["s2"]]), chance.random() < 0.1
        changes = [change(entity, row_id, new.site, step=step, equipment_id=new.machine) for row_id, new in written.items()]
        gone = [change(entity, row_id, site) for row_id, left in dropped.items() for site in left]
        page = store.page(json.dumps({"changes": gone + changes, "cursor": "1", "more": False}).encode())
        await store.take(page, kv={"cursor": str(step)}, sites=sites, reset=reset)
        kept = {} if reset else {key: was for key, was in expected.items() if was.site not in dropped.get(key, ["none"])}
        kept |= written
        expected = {key: was for key, was in kept.items() if sites is None or was.site in (*sites, None)}
        if chance.random() < 0.2:
            await store.tidy()
        await holds(store, entity, expected)
        asked = [expected[row_id].step if row_id in expected else None for row_id in ids[:20]]
        texts = await store.rows_at([f"{entity}/{row_id}" for row_id in ids[:20]])
        assert [json.loads(text)["step"] if text else None for text in texts] == asked, step
    await store.apply(Batch(reset=True))
    assert await store.rows(entity) == {}


class Expected(NamedTuple):
    site: str | None
    machine: str
    step: int


async def holds(store: LocalStore, entity: str, expected: dict[str, Expected]) -> None:
    told = {key: json.loads(text)["step"] for key, text in (await store.rows(entity)).items()}
    assert told == {key: was.step for key, was in expected.items()}
    for machine in (A, B, C):
        found = json.loads(await store.rows_of(entity, f"equipment:{machine}")) if entity in READ_BY else []
        named = [key for key, was in expected.items() if entity in READ_BY and was.machine == machine]
        assert sorted(each["id"] for each in found) == sorted(named)


async def keeps_the_outbox_and_frees_its_files(store: LocalStore) -> None:
    await store.put_blob("p1", b"jpeg", "image/jpeg", "2026-11-23T10:00:00Z")
    await store.put_blob("p2", b"png", "image/png", "2026-11-23T10:00:00Z")
    await store.write_outbox(puts=[{"id": "2", "x": [1, None]}, {"id": "1", "x": "é"}])
    assert [item["id"] for item in await store.outbox()] == ["1", "2"]
    await store.write_outbox(puts=[{"id": "3"}], removes=["1"], blobs=["p1"])
    assert await store.outbox() == [{"id": "2", "x": [1, None]}, {"id": "3"}]
    assert await store.blob_ids() == ["p2"]
    assert await store.blob("p1") is None


async def keeps_and_forgets_words(store: LocalStore) -> None:
    assert await store.get("k") is None
    await store.set("k", "1")
    await store.set("k", "2")
    assert await store.get("k") == "2"
    await store.set("k", None)
    assert await store.get("k") is None
    await store.set("a:1", "1")
    await store.set("a:2", "1")
    await store.set("b", "1")
    assert await store.keys("a:") == ["a:1", "a:2"]


async def separates_people(stores: StoreFactory) -> None:
    one, other = await stores.open("one"), await stores.open("other")
    await one.set("k", "mine")
    assert await other.get("k") is None
    await one.close()
    again = await stores.open("one")
    assert await again.get("k") == "mine"
    await again.close()
    await stores.delete("one")
    assert await (await stores.open("one")).get("k") is None


ON_A_STORE: list[Callable[[LocalStore], Awaitable[None]]] = [
    keeps_rows, replaces_rows_and_their_references, drops_only_what_is_still_there, keeps_only_the_sites_in_scope,
    resets_rows_and_nothing_else, takes_a_page_as_it_comes, follows_pages_of_many_rows,
    follows_pages_of_what_is_looked_up, keeps_the_outbox_and_frees_its_files, keeps_and_forgets_words,
]  # fmt: skip
