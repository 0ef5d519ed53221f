"""The migrations make the database that the code expects, and each can be taken back."""

import psycopg

from server.core import migrations


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
