"""What is sent of a command that was given before the clock was known to be wrong."""

from datetime import datetime, timedelta

from mobile_app.core.outbox import Entry
from shared_models.ids import uuid7
from shared_models.interventions import CompleteIntervention
from tests.mobile_app.core.rows import AT

FIELDS = ("occurred_at", "stopped_at", "restarted_at")


def test_everything_read_off_a_wrong_clock_is_corrected_when_it_is_sent_again():
    command = CompleteIntervention(
        intervention_id=uuid7(), occurred_at=AT, stopped_at=AT - timedelta(hours=1), restarted_at=AT - timedelta(minutes=5)
    )
    payload = command.model_dump(mode="json")
    entry = Entry(id=str(command.command_id), seq=1, payload=payload, offset=0.0, command=command)
    assert entry.to_send(0.0) == payload
    sent = entry.to_send(7200.0)
    late = {name: datetime.fromisoformat(sent[name]) - getattr(command, name) for name in FIELDS}
    assert set(late.values()) == {timedelta(hours=2)}
