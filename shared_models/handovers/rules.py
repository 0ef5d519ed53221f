"""What becomes of a handover."""

from shared_models.handovers.commands import AcknowledgeHandover, AddWord
from shared_models.handovers.refusals import AlreadyTakenOver
from shared_models.handovers.rows import HandoverRow, Word
from shared_models.refusals import AlreadyExists
from shared_models.rules import By, rule


@rule(AddWord)
def add(handover: HandoverRow, cmd: AddWord, by: By) -> HandoverRow:
    if handover.acknowledged_at is not None:
        raise AlreadyTakenOver(by=handover.acknowledged_by)
    if any(word.id == cmd.word_id for word in handover.words):
        raise AlreadyExists(field="word_id")
    word = Word(id=cmd.word_id, by=by.name, occurred_at=cmd.occurred_at, text=cmd.text)
    return handover.model_copy(update={"words": [*handover.words, word], "version": handover.version + 1})


@rule(AcknowledgeHandover)
def acknowledge(handover: HandoverRow, cmd: AcknowledgeHandover, by: By) -> HandoverRow:
    """Whoever comes second wanted what is so already."""
    if handover.acknowledged_at is not None:
        return handover
    taken = {"acknowledged_at": cmd.occurred_at, "acknowledged_by": by.name}
    return handover.model_copy(update={**taken, "version": handover.version + 1})
