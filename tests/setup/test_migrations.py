"""The migrations make the database that the code expects, and the last one can be taken back."""

from server.core import migrations


class TestMigrations:
    def test_up_down_one_up_and_no_difference_to_the_code(self, postgres):
        with postgres.empty() as url:
            migrations.upgrade(url)
            migrations.downgrade(url, "-1")
            migrations.upgrade(url)
            migrations.check(url)

    def test_every_step_can_be_taken_back(self, postgres):
        with postgres.empty() as url:
            migrations.upgrade(url)
            migrations.downgrade(url, "base")
            migrations.upgrade(url)
