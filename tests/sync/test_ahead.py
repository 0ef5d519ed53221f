"""What somebody has come for, before the first load brings it."""

from shared_models.equipment.commands import CreateEquipment
from shared_models.equipment.rows import EquipmentRow
from shared_models.ids import uuid7
from tests.server.support import PASSWORD
from tests.sync.conftest import Factory


class TestBringing:
    async def test_a_scanned_machine_is_there_before_the_first_load(self, factory: Factory):
        chief = await factory.signed_in(await factory.person("admin"))
        made = await chief.do(CreateEquipment, equipment_id=uuid7(), site_id=factory.site, name="Pompe 1")
        await chief.round()
        known = chief.client.equipment.rows[made.equipment_id]
        person = await factory.person("technician", sites=[factory.site])
        phone = factory.device()
        await phone.client.start()
        await phone.client.sign_in(person.username, PASSWORD)
        assert phone.client.equipment.get(known.id) is None

        assert await phone.client.bring(EquipmentRow, f"/labels/{known.label_codes[0]}") == known
        assert phone.client.equipment.get(known.id) == known
        again = await factory.restarted(phone)
        assert again.client.equipment.get(known.id) is None  # the load alone writes to the disk
        await phone.round()
        assert phone.client.equipment.get(known.id) == known

    async def test_what_the_device_holds_stays(self, factory: Factory):
        phone = await factory.signed_in(await factory.person("supervisor"))
        held = phone.client.equipment.rows[factory.press].model_copy(update={"name": "Plus récente", "version": 9})
        phone.client.equipment.put({str(held.id): held.model_dump_json().encode()})
        await phone.client.bring(EquipmentRow, f"/equipment/{held.id}")
        assert phone.client.equipment.get(factory.press) == held
