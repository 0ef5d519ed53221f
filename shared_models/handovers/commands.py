"""What people do with a handover."""

from typing import Literal

from shared_models.base import Command, Id, NewId, Reason
from shared_models.handovers.rows import HandoverRow
from shared_models.permissions import WORK


class OnHandover(Command, on=(HandoverRow, "handover_id")):
    handover_id: Id


class AddWord(OnHandover, needs=WORK, done="added_to"):
    """Something that the facts do not say."""

    type: Literal["handover.add_word"] = "handover.add_word"
    word_id: NewId
    text: Reason


class AcknowledgeHandover(OnHandover, needs=WORK, done="acknowledged"):
    """I have read it, and take over. Whoever is first has."""

    type: Literal["handover.acknowledge"] = "handover.acknowledge"
