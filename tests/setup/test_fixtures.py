"""The fixtures themselves: what every other test stands on."""

import pytest
from sqlalchemy import select, text

from server.users.models import User


class TestRolledBack:
    @pytest.mark.parametrize("turn", [1, 2])
    async def test_nothing_is_left_for_the_next_test(self, session, client_as, turn):
        assert (await session.scalars(select(User))).all() == []
        client = await client_as("technician")
        answer = await client.get("/api/v1/auth/me")
        assert (answer.status_code, answer.json()["role"]) == (200, "technician")

    async def test_a_failed_statement_of_the_pool_harms_nobody(self, database, session):
        with pytest.raises(Exception, match="division by zero"):
            await database.pool.fetchval("select 1 / 0")
        assert await session.scalar(text("select 1")) == 1


@pytest.mark.fresh_database
class TestFresh:
    @pytest.mark.parametrize("turn", [1, 2])
    async def test_commits_are_real_and_the_next_test_has_another_database(self, database, session, client_as, turn):
        client = await client_as("supervisor")
        assert await database.pool.fetchval("select count(*) from users") == 1
        assert (await client.get("/api/v1/auth/me")).status_code == 200
        assert (await client.get("/readyz")).status_code == 200
