"""The migrations make the database that the code expects, and each can be taken back."""

from decimal import Decimal
from uuid import uuid4

import psycopg

from server.core import migrations
from shared_models.interventions.rows import RequiredPart
from shared_models.inventory.reservations import reservation_id


class TestMigrations:
    def test_every_step_can_be_taken_back_and_there_is_no_difference_to_the_code(self, postgres):
        with postgres.empty() as url:
            migrations.upgrade(url)
            migrations.check(url)
            migrations.downgrade(url, "base")
            migrations.upgrade(url)

    def test_names_that_were_told_apart_by_their_writing_alone_stay_and_are_marked(self, postgres):
        with postgres.empty() as url:
            migrations.upgrade(url)
            migrations.downgrade(url, "0011_meter_digits")
            with psycopg.connect(url, autocommit=True) as database:
                for name in ("Usine", "usine", "USINE", "Café", "Cafe\u0301", "x" * 100, "X" * 100, "Nantes"):
                    database.execute("insert into sites (id, name) values (gen_random_uuid(), %s)", [name])
            migrations.upgrade(url)
            with psycopg.connect(url) as database:
                names = [name for (name,) in database.execute("select name from sites order by created_at, name")]
        assert len(names) == 8
        assert "Nantes" in names
        assert len([name for name in names if " (#" in name]) == 4
        assert all(len(name) <= 100 for name in names)

    def test_parts_that_plans_knew_by_name_become_those_of_the_catalogue_and_open_jobs_reserve_them(self, postgres):
        named = '[{"name": "joint 30×47", "quantity": 2.0, "unit": "pcs"}, {"name": "Chiffons", "quantity": 0.33333333, "unit": "kg"}]'
        half = '[{"name": "Joint 30×47", "quantity": 0.5, "unit": ""}]'
        with postgres.empty() as url:
            migrations.upgrade(url)
            migrations.downgrade(url, "0021_stocktakes")
            with psycopg.connect(url, autocommit=True) as database:
                site, machine, part = (uuid4() for _ in range(3))
                database.execute("insert into sites (id, name) values (%s, 'Usine')", [site])
                database.execute(_MACHINE, [machine, site])
                database.execute("insert into spare_parts (id, part_number, name) values (%s, 'JOI-1', 'Joint 30×47')", [part])
                jobs = {status: uuid4() for status in ("pending", "completed")}
                for status, job in jobs.items():
                    database.execute(_JOB, [job, status, status, site, machine, status, named if status == "pending" else half])
            migrations.upgrade(url)
            with psycopg.connect(url) as database:
                wanted = dict(database.execute("select title, required_parts from maintenance_interventions").fetchall())
                kept = database.execute("select id, intervention_id, part_id, quantity from part_reservation").fetchall()
        known, other = [RequiredPart.model_validate(part) for part in wanted["pending"]]
        assert (known.part_id, known.quantity, known.unit) == (part, 2, "")
        assert (other.part_id, other.name, other.quantity) == (None, "Chiffons", Decimal("0.333"))
        assert [RequiredPart.model_validate(one).part_id for one in wanted["completed"]] == [None]
        assert kept == [(reservation_id(jobs["pending"], part), jobs["pending"], part, 2)]


_MACHINE = "insert into equipment (id, site_id, code, name, status_since) values (%s, %s, 'EQ-1', 'Presse', now())"
_JOB = """
insert into maintenance_interventions (id, number, title, site_id, equipment_id, intervention_type, status, required_parts)
values (%s, %s, %s, %s, %s, 'preventive', %s, %s)
"""
