"""Stock by REST: as a client asks that knows parts and quantities, two people at once, and what bad input comes to."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from server.attachments.models import Attachment
from server.core.access import SYSTEM
from server.core.clock import now
from server.sites.models import Site
from shared_models.ids import uuid7
from shared_models.interventions.commands import AddPhoto, CreateIntervention
from shared_models.inventory import commands as inv
from shared_models.inventory.reserving import ReservePart
from shared_models.permissions import Permission, Role
from tests.conftest import make_user
from tests.server.inventory import books
from tests.server.machines import at, make_machine, make_site
from tests.server.support import problem_code
from tests.sync.park import add_machine
from tests.sync.pictures import JPEG

API = "/api/v1/inventory"


@pytest.fixture
async def site(session) -> Site:
    return await make_site(session, "Usine")


@pytest.fixture
async def keeper(client_as, site) -> Any:
    return await client_as("supervisor", sites=[site.id])


async def new_part(keeper: Any, **fields: Any) -> str:
    answer = await keeper.post(f"{API}/parts", json={"part_number": f"P-{uuid7().hex[-9:]}", "name": "Roulement", **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def move(client: Any, part: str, kind: str, quantity: Any, **more: Any) -> Any:
    return await client.put(f"{API}/parts/{part}/stock", json={"movement_type": kind, "quantity": quantity, **more})


async def on_hand(client: Any, part: str) -> Decimal:
    answer = await client.get(f"{API}/parts", params={"search": await number(client, part)})
    return Decimal(answer.json()["items"][0]["current_stock"])


async def number(client: Any, part: str) -> str:
    return (await client.get(f"{API}/parts/{part}")).json()["part_number"]


async def alerts(client: Any, part: str) -> int:
    return len((await client.get(f"{API}/alerts", params={"part_id": part})).json()["items"])


class TestPapers:
    async def test_are_the_whole_companys_and_never_a_machines(self, keeper, site, client_as, session):
        part, machine = await new_part(keeper), await make_machine(await client_as("supervisor"), site.id)
        elsewhere = await client_as("technician", sites=[(await make_site(session, "Ailleurs")).id])

        async def sent() -> str:
            file = str(uuid7())
            assert (await keeper.put(f"/api/v1/attachments/{file}", params={"site_id": str(site.id)}, content=JPEG)).status_code == 201
            return file

        photo, paper, of_machine = await sent(), await sent(), await sent()
        assert problem_code(await elsewhere.get(f"/api/v1/attachments/{photo}"), 404) == "not_found"
        assert (await keeper.put(f"{API}/parts/{part}/photo", json={"attachment_id": photo})).json()["photo_id"] == photo
        added = {"attachment_id": paper, "title": "Fiche technique"}
        document = await keeper.post(f"{API}/parts/{part}/documents", json=added)
        assert (document.status_code, document.json()["mime_type"]) == (201, "image/jpeg")
        for file in (photo, paper):
            assert (await elsewhere.get(f"/api/v1/attachments/{file}")).status_code == 200
        again = await keeper.put(f"/api/v1/attachments/{photo}", params={"site_id": str(site.id)}, content=JPEG)
        assert again.status_code == 200  # by a device that has not heard the first answer
        told = await elsewhere.get(f"{API}/parts/{part}/documents")
        assert [row["title"] for row in told.json()] == ["Fiche technique"]
        assert "Fiche technique" in (await elsewhere.get(f"{API}/parts/{part}/documents/export.csv")).text

        put = f"/api/v1/equipment/{machine['id']}/photo"
        assert (await keeper.put(put, json={"attachment_id": of_machine})).status_code == 200
        theirs = await keeper.put(f"{API}/parts/{part}/photo", json={"attachment_id": of_machine})
        assert problem_code(theirs, 409) == "attachment_of_other_machine"
        assert problem_code(await keeper.put(put, json={"attachment_id": photo}), 422) == "attachment_unknown"
        assert problem_code(await elsewhere.put(f"{API}/parts/{part}/photo", json={"attachment_id": None}), 403) == "forbidden"
        gone = document.json()["id"]
        assert (await keeper.delete(f"{API}/documents/{gone}")).status_code == 204
        assert problem_code(await keeper.delete(f"{API}/documents/{gone}"), 404) == "not_found"


class TestAsASimpleClientAsks:
    async def test_parts_move_without_a_place_being_named(self, keeper):
        part = await new_part(keeper, minimum_stock=2, unit_price=10)
        assert (await move(keeper, part, "in", 5)).status_code == 200
        assert (await move(keeper, part, "out", 2)).status_code == 200
        assert (await move(keeper, part, "adjustment", -1)).status_code == 200
        assert await on_hand(keeper, part) == 2
        told = (await keeper.get(f"{API}/movements", params={"spare_part_id": part})).json()["items"]
        assert [(line["movement_type"], Decimal(line["quantity"]), Decimal(line["unit_price"])) for line in told] == [
            ("adjustment", -1, 10), ("out", -2, 10), ("in", 5, 10),
        ]  # fmt: skip
        assert {line["place_name"] for line in told} == {"Store"}

    async def test_a_part_that_is_used_up_comes_back_to_the_site_that_kept_it(self, client_as, session, site):
        keeper = await client_as("supervisor", sites=[site.id, (await make_site(session, "Ailleurs")).id])
        part = await new_part(keeper)
        assert problem_code(await move(keeper, part, "in", 1), 422) == "site_needed"
        assert (await move(keeper, part, "in", 1, site_id=str(site.id))).status_code == 200
        for kind in ("out", "in"):
            assert (await move(keeper, part, kind, 1)).status_code == 200
        assert [line["site_id"] for line in (await keeper.get(f"{API}/stock", params={"part_id": part})).json()["items"]] == [str(site.id)]

    async def test_what_names_no_place_goes_to_an_open_one(self, keeper, site):
        """A default that is closed leaves it to another place; where all are closed, nothing is put anywhere."""
        part = await new_part(keeper)
        assert (await move(keeper, part, "in", 1)).status_code == 200
        assert (await move(keeper, part, "out", 1)).status_code == 200
        [first] = (await keeper.get(f"{API}/places")).json()
        shelf = {"place_id": str(uuid7()), "site_id": str(site.id), "name": "Rayonnage", "kind": "shelf", "occurred_at": at()}
        assert (await keeper.post(f"{API}/places", json=shelf)).status_code == 200

        async def close(place: dict[str, Any], version: int) -> None:
            shut = {name: place[name] for name in ("site_id", "name", "kind")} | {"occurred_at": at(), "version": version}
            answer = await keeper.post(f"{API}/places", json={**shut, "place_id": place.get("id") or shelf["place_id"], "is_active": False})
            assert answer.status_code == 200, answer.text

        await close(first, first["version"])
        assert {place["name"]: place["is_default"] for place in (await keeper.get(f"{API}/places")).json()} == {
            "Rayonnage": True, first["name"]: False,
        }  # fmt: skip
        assert (await move(keeper, part, "in", 1)).status_code == 200
        assert (await move(keeper, part, "out", 1)).status_code == 200
        await close(shelf, 2)
        assert problem_code(await move(keeper, part, "in", 1), 409) == "place_closed"

    async def test_low_is_said_once_for_each_fall_to_the_minimum(self, keeper):
        part = await new_part(keeper, minimum_stock=2)
        for kind, quantity in (("in", 3), ("out", 1), ("out", 1), ("in", 4), ("out", 3)):
            assert (await move(keeper, part, kind, quantity)).status_code == 200
        assert await alerts(keeper, part) == 2

    async def test_three_times_a_tenth_of_three_tenths_is_nothing(self, keeper):
        part = await new_part(keeper, unit="L", decimals=1)
        await move(keeper, part, "in", 0.3)
        for _ in range(3):
            assert (await move(keeper, part, "out", 0.1)).status_code == 200
        assert await on_hand(keeper, part) == 0

    async def test_the_same_movement_sent_twice_is_one(self, keeper):
        part, movement = await new_part(keeper), str(uuid7())
        await move(keeper, part, "in", 5)
        assert (await move(keeper, part, "out", 1, movement_id=movement)).status_code == 200
        assert problem_code(await move(keeper, part, "out", 1, movement_id=movement), 409) == "already_exists"
        assert await on_hand(keeper, part) == 4

    async def test_what_is_used_is_told_by_month_at_the_sites_in_sight(self, keeper, client_as, session):
        part = await new_part(keeper)
        await move(keeper, part, "in", 9, occurred_at="2020-01-01T00:00:00Z")
        before = now().replace(day=1) - timedelta(days=20)
        for quantity, at_time in ((2, before), (1, before), (1, now()), (1, now() - timedelta(days=500))):
            assert (await move(keeper, part, "out", quantity, occurred_at=at_time.isoformat())).status_code == 200
        told = (await keeper.get(f"{API}/parts/{part}/use")).json()
        months = [before.replace(day=1).date().isoformat(), now().replace(day=1).date().isoformat()]
        assert [(one["month"], Decimal(one["quantity"])) for one in told] == [(months[0], 3), (months[1], 1)]
        stranger = await client_as("supervisor", sites=[(await make_site(session, "Ailleurs")).id])
        assert (await stranger.get(f"{API}/parts/{part}/use")).json() == []
        assert (await stranger.get(f"{API}/parts/{uuid7()}/use")).status_code == 404


class TestPlaces:
    async def test_a_store_is_closed_with_what_is_in_it_unless_something_lies_there(self, keeper, site, client_as, session):
        async def write(**fields: Any) -> Any:
            return await keeper.post(
                f"{API}/places", json={"place_id": str(uuid7()), "site_id": str(site.id), "occurred_at": at()} | fields
            )

        store = (await write(name="Atelier")).json()
        other = (await write(name="Réserve")).json()
        shelf = (await write(name="A1", kind="shelf", parent_id=store["id"], is_default=True)).json()
        case = (await write(name="A1-3", kind="bin", parent_id=shelf["id"])).json()
        part = await new_part(keeper)
        await move(keeper, part, "in", 2, place_id=case["id"])
        closing = {"place_id": store["id"], "name": "Atelier", "version": 2, "is_active": False}
        refused = await write(**closing)
        assert (problem_code(refused, 409), refused.json()["params"]["place"]) == ("place_in_use", "A1-3")
        await move(keeper, part, "out", 2, place_id=case["id"])
        assert (await write(**closing)).json()["is_active"] is False
        listed = (await keeper.get(f"{API}/places", params={"site_id": str(site.id)})).json()
        told = {place["name"]: (place["is_active"], place["is_default"]) for place in listed}
        assert told == {"Atelier": (False, False), "A1": (False, False), "A1-3": (False, False), "Réserve": (True, True)}
        reopened = await write(place_id=shelf["id"], name="A1", kind="shelf", parent_id=store["id"], version=3)
        assert problem_code(reopened, 409) == "place_closed"
        elsewhere = await make_site(session, "Ailleurs")
        everywhere = await client_as("supervisor")
        assert (await everywhere.get(f"{API}/places", params={"site_id": str(elsewhere.id)})).json() == []
        open_ones = (await everywhere.get(f"{API}/places", params={"site_id": str(site.id), "is_active": True})).json()
        assert [place["id"] for place in open_ones] == [other["id"]]


class TestBadInput:
    @pytest.mark.parametrize(
        ("kind", "more", "status", "code"),
        [
            ("out", {"quantity": 0}, 422, "nothing_moves"),
            ("in", {"quantity": -1}, 422, "nothing_moves"),
            ("in", {"quantity": 10**12}, 422, "validation"),
            ("in", {"quantity": "1e400"}, 422, "validation"),
            ("in", {"quantity": "NaN"}, 422, "validation"),
            ("in", {"quantity": True}, 422, "validation"),
            ("out", {"quantity": 0.5}, 422, "quantity_too_fine"),
            ("in", {"quantity": "1.0001"}, 422, "validation"),
            ("in", {"quantity": 1, "currency": "USD"}, 422, "currency_differs"),
            ("out", {"quantity": 6}, 409, "stock_insufficient"),
            ("adjustment", {"quantity": -6}, 409, "stock_insufficient"),
            ("adjustment", {"quantity": 0}, 422, "nothing_moves"),
            ("return", {"quantity": 1}, 422, "field_needed"),
            ("transfer", {"quantity": 1}, 422, "field_needed"),
            ("in", {"quantity": 10**8, "unit_price": 10**8}, 422, "stock_too_large"),
            ("in", {"quantity": 1, "place_id": str(uuid7())}, 404, "not_found"),
            ("gift", {"quantity": 1}, 422, "validation"),
        ],
    )  # fmt: skip
    async def test_is_refused_and_leaves_everything_as_it_was(self, keeper, kind, more, status, code):
        part = await new_part(keeper)
        await move(keeper, part, "in", 5)
        answer = await keeper.put(f"{API}/parts/{part}/stock", json={"movement_type": kind, **more})
        assert answer.status_code == status, answer.text
        assert answer.json()["code"] == ("invalid" if code == "validation" else code)
        assert code != "stock_too_large" or [error["field"] for error in answer.json()["errors"]] == ["quantity"]
        assert await on_hand(keeper, part) == 5
        assert len((await keeper.get(f"{API}/movements", params={"spare_part_id": part})).json()["items"]) == 1

    async def test_a_document_that_looks_like_a_formula_is_text_in_the_export(self, keeper):
        part = await new_part(keeper)
        await move(keeper, part, "in", 5, reference_document="=cmd|'/C calc'!A0")
        told = await keeper.get(f"{API}/movements/export.csv", params={"spare_part_id": part})
        assert "'=cmd" in told.text

    async def test_what_is_of_another_site_is_not_there(self, keeper, client_as, session):
        part = await new_part(keeper)
        await move(keeper, part, "in", 5)
        line = (await keeper.get(f"{API}/movements", params={"spare_part_id": part})).json()["items"][0]
        stranger = await client_as("supervisor", sites=[(await make_site(session, "Ailleurs")).id])
        taken = {"quantity": 1, "place_id": line["place_id"], "movement_id": str(uuid7()), "occurred_at": at()}
        for verb, more in (("take", {}), ("receive", {}), ("adjust", {"notes": "x"}), ("transfer", {"to_place_id": line["place_id"]})):
            answer = await stranger.post(
                f"{API}/parts/{part}/{verb}",
                json={"part_id": part, **taken, **more, "arrival_id": str(uuid7())}
                if verb == "transfer"
                else {"part_id": part, **taken, **more},
            )
            assert answer.status_code == 404, (verb, answer.text)
        assert (await stranger.get(f"{API}/movements")).json()["items"] == []
        assert (await stranger.get(f"{API}/stock")).json()["items"] == []
        assert await on_hand(keeper, part) == 5

    async def test_a_technician_takes_for_their_own_job_only(self, keeper, client_as, session, site):
        part = await new_part(keeper)
        await move(keeper, part, "in", 5)
        place = (await keeper.get(f"{API}/places")).json()[0]["id"]
        mine, other = [await client_as("technician", sites=[site.id]) for _ in range(2)]
        machine = await make_machine(await client_as("admin"), site.id)
        job = str(uuid7())
        begun = {"intervention_id": job, "equipment_id": machine["id"], "title": "Fuite", "assigned_technician_id": str(mine.user.id)}
        assert (await keeper.post("/api/v1/maintenance/interventions", json=begun)).status_code == 201

        async def take(who: Any, **more: Any) -> Any:
            asked = {"part_id": part, "place_id": place, "movement_id": str(uuid7()), "quantity": 1, "occurred_at": at(), **more}
            return await who.post(f"{API}/parts/{part}/take", json=asked)

        assert problem_code(await take(mine), 403) == "stock_jobs_only"
        assert problem_code(await take(other, intervention_id=job), 403) == "assigned_to_another"
        assert (await take(mine, intervention_id=job)).status_code == 200
        assert await on_hand(keeper, part) == 4


# ---------------------------------------------------------------- at once


class World(books.World):
    """A site with a place, where parts lie."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.site, self.place = uuid7(), uuid7()

    async def with_job(self) -> UUID:
        async with self.session() as session:
            machine = await add_machine(session, self.site)
        job = uuid7()
        begun = CreateIntervention(intervention_id=job, equipment_id=machine, title="Fuite", occurred_at=at())
        assert await self.alone(begun) == "done"
        return job

    async def open(self) -> None:
        async with self.session() as session:
            session.add(Site(id=self.site, name="Usine"))
            await session.commit()
        await self.alone(inv.WritePlace(place_id=self.place, site_id=self.site, name="Magasin", occurred_at=at()))

    async def part(self, quantity: Any = 0, **fields: Any) -> UUID:
        part = uuid7()
        plain = {"part_number": f"P-{part.hex[-9:]}", "name": "Joint", "unit_price": "10.00"}
        assert await self.alone(inv.WritePart(part_id=part, occurred_at=at(), **plain | fields)) == "done"
        if quantity:
            assert await self.alone(self.receive(part, quantity)) == "done"
        return part

    async def file(self) -> UUID:
        file, digest = uuid7(), "0" * 64
        kept = {"sha256": digest, "source_sha256": digest, "mime_type": "image/jpeg", "size_bytes": 1, "file_name": "photo.jpg"}
        async with self.session() as session:
            session.add(Attachment(id=file, site_id=self.site, **kept))
            await session.commit()
        return file

    def receive(self, part: UUID, quantity: Any, **more: Any) -> inv.ReceiveStock:
        return inv.ReceiveStock(movement_id=uuid7(), part_id=part, place_id=self.place, quantity=quantity, occurred_at=at(), **more)

    def take(self, part: UUID, quantity: Any, **more: Any) -> inv.TakeStock:
        return inv.TakeStock(movement_id=uuid7(), part_id=part, place_id=self.place, quantity=quantity, occurred_at=at(), **more)

    async def one(self, statement: str, **values: Any) -> Any:
        async with self.database.engine.connect() as connection:
            return (await connection.execute(sa.text(statement), values)).one()

    async def on_hand(self, part: UUID) -> Decimal:
        return (await self.one("select on_hand from stock where part_id = :part", part=part)).on_hand


@pytest.fixture
async def world(postgres) -> Any:
    with postgres.clone("stock") as url:
        made = World(url)
        await made.open()
        yield made
        await made.database.engine.dispose()


async def test_the_last_pieces_go_once(world):
    part = await world.part(5)
    found = await asyncio.gather(*(world.alone(world.take(part, 5)) for _ in range(2)))
    assert sorted(found) == ["done", "stock_insufficient"]
    assert await world.on_hand(part) == 0
    part = await world.part(10)
    found = await asyncio.gather(*(world.alone(world.take(part, 1)) for _ in range(50)))
    assert (found.count("done"), found.count("stock_insufficient")) == (10, 40)
    assert await world.on_hand(part) == 0


async def test_a_line_of_the_ledger_is_never_changed(world):
    part = await world.part(1)
    for statement in ("update stock_movements set quantity = 9", "delete from stock_movements", "truncate stock_movements"):
        with pytest.raises(sa.exc.DBAPIError, match="append-only"):
            async with world.database.engine.begin() as connection:
                await connection.execute(sa.text(statement))
    assert await world.on_hand(part) == 1


async def test_a_job_has_no_more_than_is_kept_of_any_stock(world):
    part, job = await world.part(), await world.with_job()
    for found in ("done", "stock_too_large"):
        assert await world.alone(world.receive(part, 9 * 10**6, unit_price=10**7)) == "done"
        assert await world.alone(world.take(part, 9 * 10**6, intervention_id=job)) == found
    used = await world.one("select quantity_used, cost from maintenance_spare_parts where intervention_id = :job", job=job)
    assert (used.quantity_used, used.cost) == (9 * 10**6, 9 * 10**13)


async def test_a_job_gives_back_at_the_price_it_took_at(world):
    part, job = await world.part(5), await world.with_job()
    assert await world.alone(world.take(part, 2, intervention_id=job)) == "done"
    assert await world.alone(world.receive(part, 3, unit_price="12.00")) == "done"
    back = {"movement_id": uuid7(), "part_id": part, "place_id": world.place, "intervention_id": job, "occurred_at": at()}
    assert await world.alone(inv.GiveBackStock(quantity=2, **back)) == "done"
    used = await world.one("select quantity_used, cost from maintenance_spare_parts where intervention_id = :job", job=job)
    assert (used.quantity_used, used.cost) == (0, 0)
    stock = await world.one("select on_hand, value from stock where part_id = :part", part=part)
    assert (stock.on_hand, stock.value) == (8, 86)


def rewritten(part: UUID, **fields: Any) -> inv.WritePart:
    plain = {"part_number": f"P-{part.hex[-9:]}", "name": "Joint torique", "unit_price": "10.00"}
    return inv.WritePart(part_id=part, version=1, occurred_at=at(), **plain | fields)


async def test_a_part_is_written_again_while_its_stock_moves(world):
    """Nobody waits for nobody for ever, and no line is in another currency than its part."""
    for _ in range(4):
        kept, empty = await world.part(2), await world.part()
        changes = [world.alone(rewritten(kept, minimum_stock=1)), world.alone(rewritten(empty, currency="USD"))]
        moves = [world.alone(world.receive(part, 1)) for part in (kept, empty, kept, empty)]
        moved = await asyncio.gather(*moves[:2], *changes, *moves[2:])
        assert set(moved) <= {"done", "currency_in_use"}
        assert moved[2] == "done"
        told = "select count(*) as lines from stock_movements m join spare_parts p on p.id = m.spare_part_id where p.currency <> m.currency"
        assert (await world.one(told)).lines == 0


async def test_nothing_comes_to_a_place_while_it_is_being_closed(world):
    for rank in range(12):
        place, part = uuid7(), await world.part()
        written = {"place_id": place, "site_id": world.site, "name": f"Rayon {rank}", "occurred_at": at()}
        assert await world.alone(inv.WritePlace(**written)) == "done"
        receipt = inv.ReceiveStock(movement_id=uuid7(), part_id=part, place_id=place, quantity=1, occurred_at=at())
        found = await asyncio.gather(world.alone(inv.WritePlace(version=1, is_active=False, **written)), world.alone(receipt))
        assert found in (["done", "place_closed"], ["place_in_use", "done"])


async def test_a_document_that_several_remove_at_once_is_removed_once(world):
    part, file, document = await world.part(), await world.file(), uuid7()
    added = {"document_id": document, "part_id": part, "attachment_id": file, "title": "Notice", "occurred_at": at()}
    assert await world.alone(inv.AddPartDocument(**added)) == "done"
    removed = await asyncio.gather(*(world.alone(inv.RemovePartDocument(document_id=document, occurred_at=at())) for _ in range(4)))
    assert sorted(removed) == ["done", "not_found", "not_found", "not_found"]
    told = "select count(*) as times from audit_log where entity_id = :id and action = 'part.document_removed'"
    assert (await world.one(told, id=document)).times == 1


async def test_a_picture_that_a_job_and_a_part_want_at_once_is_one_of_theirs(world):
    """A job's stays on its site; a part's is everyone's."""
    part, job, user = await world.part(), await world.with_job(), make_user(Role.admin)
    async with world.session() as session:
        session.add(user)
        await session.commit()
    someone = replace(SYSTEM, user_id=user.id, permissions=frozenset(Permission))
    for _ in range(8):
        file = await world.file()
        for_job = AddPhoto(intervention_id=job, photo_id=file, occurred_at=at())
        for_part = inv.SetPartPhoto(part_id=part, attachment_id=file, occurred_at=at())
        found = await asyncio.gather(world.alone(for_job, someone), world.alone(for_part))
        assert found in (["done", "attachment_of_other_machine"], ["photo_missing", "done"])


async def test_of_two_parts_that_are_given_one_barcode_at_once_one_has_it(world):
    for rank in range(4):
        parts = [await world.part(), await world.part()]
        links = [inv.LinkBarcode(part_id=part, barcode=f"3 29868 {rank}", occurred_at=at()) for part in parts]
        found = await asyncio.gather(*map(world.alone, links))
        assert sorted(found) == ["barcode_in_use", "done"]
        holder = (await world.one("select part_id from part_barcode where code = :code", code=links[0].barcode)).part_id
        assert holder == parts[found.index("done")]


@pytest.mark.parametrize("change", [{"currency": "USD"}, {"unit": "L"}])
async def test_what_jobs_have_or_are_to_have_keeps_its_unit_and_what_they_have_its_currency(world, change):
    taken, wanted, job = await world.part(2), await world.part(), await world.with_job()
    assert await world.alone(world.take(taken, 2, intervention_id=job)) == "done"
    assert await world.alone(ReservePart(intervention_id=job, part_id=wanted, quantity=1, occurred_at=at())) == "done"
    code = "currency_in_use" if "currency" in change else "unit_in_use"
    assert [await world.alone(rewritten(part, **change)) for part in (taken, wanted)] == [code, code]
    back = {"movement_id": uuid7(), "part_id": taken, "place_id": world.place, "intervention_id": job, "occurred_at": at()}
    assert await world.alone(inv.GiveBackStock(quantity=2, **back)) == "done"
    assert (
        await world.alone(
            inv.AdjustStock(
                **world.take(taken, 2).model_dump(include={"part_id", "place_id", "movement_id"}),
                quantity=-2,
                notes="Cédé",
                occurred_at=at(),
            )
        )
        == "done"
    )
    assert await world.alone(rewritten(taken, **change)) == "done"


async def test_nothing_is_left_of_a_stock_that_is_given_back_what_it_was_short_of(world):
    part, job = await world.part(2), await world.with_job()
    assert await world.alone(world.receive(part, 1, unit_price="10.01")) == "done"
    assert await world.alone(world.take(part, 2, intervention_id=job)) == "done"
    assert await world.alone(world.receive(part, 1, unit_price="12.00")) == "done"
    assert await world.alone(world.take(part, 4, is_taken=True)) == "done"
    back = {"movement_id": uuid7(), "part_id": part, "place_id": world.place, "intervention_id": job, "occurred_at": at()}
    assert await world.alone(inv.GiveBackStock(quantity=2, **back)) == "done"
    stock = await world.one("select on_hand, value from stock where part_id = :part", part=part)
    assert (stock.on_hand, stock.value) == (0, 0)
    booked = "(select sum(amount) from stock_movements where intervention_id = :job)"
    paid = await world.one(f"select cost, {booked} from maintenance_spare_parts where intervention_id = :job", job=job)
    assert tuple(paid) == (0, 0)


async def test_what_comes_to_a_short_shelf_is_worth_what_was_paid_for_it(world):
    part, job = await world.part(), await world.with_job()
    assert await world.alone(world.take(part, 5, is_taken=True)) == "done"
    assert await world.alone(world.receive(part, 6, unit_price="1.20")) == "done"
    assert await world.alone(world.take(part, 1, intervention_id=job)) == "done"
    used = await world.one("select cost from maintenance_spare_parts where intervention_id = :job", job=job)
    stock = await world.one("select on_hand, value from stock where part_id = :part", part=part)
    assert (used.cost, stock.on_hand, stock.value) == (Decimal("1.20"), 0, 0)
