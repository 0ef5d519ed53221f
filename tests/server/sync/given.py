"""A command of any kind that the supervisor may give now, with what it is about already there.

What its fields hold follows from what they are: an id that it makes is new, one that it names is of a row that the command which makes
such rows has made before, the rest is the plainest value of its type. Only what a rule wants beyond that is written here.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime
from pydantic.fields import FieldInfo

from server.core.clock import now
from server.core.commands import run
from shared_models.base import Command
from shared_models.buying import commands as buying
from shared_models.commands import COMMANDS
from shared_models.equipment.commands import DateDocument
from shared_models.ids import uuid7
from shared_models.interventions.commands import CreateIntervention
from shared_models.inventory import commands as inv
from shared_models.inventory.reserving import PickPart, ReservePart
from shared_models.marks import File, Made
from shared_models.meters import commands as mt
from shared_models.plans import commands as pl
from shared_models.stocktakes import commands as stocktakes
from shared_models.stocktakes.rows import line_id
from tests.server.interventions.workshop import Workshop

Known = dict[str, Any]

_FIRST = now().date() + timedelta(days=30)
_DUE = datetime.combine(_FIRST, time(8))

BEFORE: dict[type[Command], tuple[type[Command], ...]] = {
    mt.ResetMeter: (mt.RecordReading,),
    inv.UnlinkBarcode: (inv.LinkBarcode,),
    inv.DatePartDocument: (inv.AddPartDocument,),
    inv.RemovePartDocument: (inv.AddPartDocument,),
    inv.GiveBackStock: (CreateIntervention, inv.TakeStock),
    inv.TransferStock: (inv.ReceiveStock,),
    buying.WriteOrder: (inv.WritePart,),
    buying.ReceiveOrderLine: (buying.PlaceOrder,),
    buying.CloseOrder: (buying.PlaceOrder,),
    PickPart: (inv.ReceiveStock, ReservePart),
    stocktakes.OpenStocktake: (inv.WritePlace,),
    stocktakes.CountLine: (stocktakes.OpenStocktake,),
    stocktakes.AskAgain: (stocktakes.CountLine,),
}

MORE: dict[type[Command], Callable[[Known], Known]] = {
    DateDocument: lambda _: {"valid_until": _FIRST},
    inv.DatePartDocument: lambda _: {"valid_until": _FIRST},
    inv.UnlinkBarcode: lambda known: {"barcode": known["barcode"]},
    inv.TakeStock: lambda known: {"is_taken": True, "intervention_id": known.get("intervention_id")},
    buying.WriteOrder: lambda known: {"lines": [{"part_id": known["part_id"], "quantity": 2}]},
    stocktakes.OpenStocktake: lambda known: {"place_ids": [known["place_id"]]},
    stocktakes.AskAgain: lambda known: {"line_ids": [line_id(*(known[name] for name in ("stocktake_id", "place_id", "part_id")))]},
    pl.MoveOccurrence: lambda _: {"to": _DUE + timedelta(days=2)},
    pl.SetPlanActive: lambda _: {"reason": "Works"},
    pl.CreatePlan: lambda _: {"basis": "fixed"},
    pl.UpdatePlan: lambda _: {"basis": "fixed"},
}


def _maker(name: str) -> type[Command]:
    """The command that makes what a field of this name names."""
    return next(kind for kind in COMMANDS.values() if (field := kind.model_fields.get(name)) and _is(Made, field))


def _is(mark: type, field: FieldInfo) -> bool:
    return any(isinstance(found, mark) for found in field.metadata)


class Given:
    """`known`: values of fields of these names, whichever command has them."""

    def __init__(self, shop: Workshop, **known: Any) -> None:
        self.shop = shop
        self.known: Known = {
            "site_id": shop.site.id, "equipment_id": shop.machine.id, "technician_id": shop.technician.user_id, "original_due": _DUE,
            "starts_on": _FIRST, "frequency_type": "monthly", "version": 1, **known,
        }  # fmt: skip

    async def command(self, kind: type[Command], **fields: Any) -> Command:
        for before in BEFORE.get(kind, ()):
            await self._do(before)
        said = {"occurred_at": now(), **MORE.get(kind, lambda _: {})(self.known), **fields}
        wanted = {name: field for name, field in kind.model_fields.items() if field.is_required() and name not in said}
        return kind(**said, **{name: await self._value(name, field) for name, field in wanted.items()})

    async def _do(self, kind: type[Command]) -> None:
        cmd = await self.command(kind)
        await run(self.shop.session, self.shop.supervisor, cmd)
        await self.shop.session.commit()
        self.shop.session.expunge_all()
        self.known |= {name: getattr(cmd, name) for name in type(cmd).model_fields if name in {*_ids(cmd), "barcode"}}

    async def _value(self, name: str, field: FieldInfo) -> Any:
        if _is(Made, field):
            return uuid7()
        if name in self.known:
            return self.known[name]
        if _is(File, field) or name == "attachment_id":
            return await self.shop.picture()
        if name in (own := {"notice_id": self.shop.notice, "handover_id": self.shop.handover}):
            return await own[name]()
        if field.annotation is UUID:
            made = name.removeprefix("to_")
            await self._do(_maker(made))
            return self.known[made]
        return _plainest(field.annotation)


def _ids(cmd: Command) -> list[str]:
    return [name for name, field in type(cmd).model_fields.items() if field.annotation is UUID and name != "command_id"]


def _plainest(wanted: Any) -> Any:
    """Text is never the same twice: names and numbers may be taken only once."""
    if isinstance(wanted, type) and issubclass(wanted, Enum):
        return next(iter(wanted))
    plain: dict[Any, Any] = {
        str: uuid7().hex[-12:], bool: False, int: 1, float: 100.0, Decimal: Decimal(1), date: _FIRST,
        AwareDatetime: now() - timedelta(hours=1),
    }  # fmt: skip
    return plain[wanted]
