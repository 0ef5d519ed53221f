"""What commands do to machines, their documents and the requests about them."""

from mobile_app.core.projection import Person, Rows, rule
from shared_models.equipment import commands as eq
from shared_models.equipment.rows import DocumentRow, EquipmentRow, EquipmentStatus
from shared_models.requests import commands as rq
from shared_models.requests.rows import RequestStatus, WorkRequestRow

EQUIPMENT = "equipment"
_ENVELOPE = {"command_id", "occurred_at", "type", "equipment_id"}


def set_status(rows: Rows, equipment_id: object, status: EquipmentStatus | None, at: object, reason: str = "") -> None:
    """A log entry without a change is no entry."""
    machine = rows.get(EQUIPMENT, EquipmentRow, equipment_id)  # type: ignore[arg-type]
    if machine and status and machine.status != status:
        rows.put(EQUIPMENT, machine.model_copy(update={"status": status, "status_since": at, "status_reason": reason}))


@rule(eq.CreateEquipment)
def _create(rows: Rows, cmd: eq.CreateEquipment, _: Person) -> None:
    if rows.get(EQUIPMENT, EquipmentRow, cmd.equipment_id):
        return
    known = {name: value for name, value in cmd if name in EquipmentRow.model_fields and name not in _ENVELOPE}
    rows.put(EQUIPMENT, EquipmentRow(**{
        **known, "id": cmd.equipment_id, "code": cmd.code or "", "status_since": cmd.occurred_at, "status_reason": "",
        "label_codes": [], "photo_id": None, "version": 0,
    }))  # fmt: skip


@rule(eq.UpdateEquipment)
def _update(rows: Rows, cmd: eq.UpdateEquipment, _: Person) -> None:
    machine = rows.get(EQUIPMENT, EquipmentRow, cmd.equipment_id)
    if machine and machine.version <= cmd.version:
        shown = EquipmentRow.model_fields.keys() - _ENVELOPE - {"version", "id"}
        rows.put(EQUIPMENT, machine.model_copy(update={name: value for name, value in cmd if name in shown}))


@rule(eq.ArchiveEquipment)
def _archive(rows: Rows, cmd: eq.ArchiveEquipment, _: Person) -> None:
    rows.drop(EQUIPMENT, cmd.equipment_id)


@rule(eq.ChangeEquipmentStatus)
def _change_status(rows: Rows, cmd: eq.ChangeEquipmentStatus, _: Person) -> None:
    set_status(rows, cmd.equipment_id, cmd.status, cmd.occurred_at, cmd.reason)


@rule(eq.LinkLabel)
def _link_label(rows: Rows, cmd: eq.LinkLabel, _: Person) -> None:
    machine = rows.get(EQUIPMENT, EquipmentRow, cmd.equipment_id)
    if machine and cmd.label_code not in machine.label_codes:
        rows.put(EQUIPMENT, machine.model_copy(update={"label_codes": [*machine.label_codes, cmd.label_code]}))


@rule(eq.SetEquipmentPhoto)
def _set_photo(rows: Rows, cmd: eq.SetEquipmentPhoto, _: Person) -> None:
    machine = rows.get(EQUIPMENT, EquipmentRow, cmd.equipment_id)
    if machine:
        rows.put(EQUIPMENT, machine.model_copy(update={"photo_id": cmd.attachment_id}))


@rule(eq.AddDocument)
def _add_document(rows: Rows, cmd: eq.AddDocument, _: Person) -> None:
    """Type and size are told by the server, once it has the file."""
    machine = rows.get(EQUIPMENT, EquipmentRow, cmd.equipment_id)
    if machine and not rows.get("document", DocumentRow, cmd.document_id):
        rows.put("document", DocumentRow(
            id=cmd.document_id, site_id=machine.site_id, equipment_id=machine.id, attachment_id=cmd.attachment_id,
            title=cmd.title, mime_type="", size_bytes=0,
        ))  # fmt: skip


@rule(eq.RemoveDocument)
def _remove_document(rows: Rows, cmd: eq.RemoveDocument, _: Person) -> None:
    rows.drop("document", cmd.document_id)


def decide(rows: Rows, cmd: rq.AcceptWorkRequest | rq.DeclineWorkRequest, person: Person) -> WorkRequestRow | None:
    """The request as decided; None when it cannot be, or already was."""
    request = rows.get("work_request", WorkRequestRow, cmd.request_id)
    if request is None or request.status != RequestStatus.new:
        return None
    if isinstance(cmd, rq.AcceptWorkRequest):
        told = {"status": RequestStatus.accepted, "intervention_id": cmd.intervention_id}
    else:
        told = {"status": RequestStatus.declined, "reason": cmd.reason}
    decided = request.model_copy(update={**told, "decided_by": person.id, "decided_at": cmd.occurred_at})
    rows.put("work_request", decided)
    return decided


@rule(rq.DeclineWorkRequest)
def _decline(rows: Rows, cmd: rq.DeclineWorkRequest, person: Person) -> None:
    decide(rows, cmd, person)
