"""The screens by which people come in, in a real Flet session, against the application itself."""

from collections.abc import Callable

import flet as ft
import pytest

from mobile_app.core.errors import SignInNeeded
from mobile_app.core.i18n import t
from mobile_app.core.session import SessionState
from mobile_app.domain.client import Client
from mobile_app.domain.context import ClientContext
from mobile_app.features.equipment.list import EquipmentListScreen
from mobile_app.features.mails.mail import Mail
from mobile_app.features.mails.screens import MailsScreen
from mobile_app.features.organisation.screens import OrganisationScreen
from mobile_app.features.people.person import Person
from mobile_app.features.people.screens import InviteScreen, PeopleScreen
from mobile_app.features.sign_in.account import ForgottenScreen, JoinScreen, NewPasswordScreen, RegisterScreen, SetupScreen
from mobile_app.features.sign_in.screens import SignInScreen
from mobile_app.inside import Screens
from mobile_app.ui.component import component
from mobile_app.ui.hooks import DraftContext, MemoryDrafts, use_state
from server.auth import accounts
from shared_models.mails import MailRead
from shared_models.permissions import Role
from shared_models.users import UserRead
from tests.mobile_app.ui.conftest import Screen, _walk, screen
from tests.server.machines import make_site
from tests.server.support import PASSWORD, make_person
from tests.sync.conftest import app, database, factory, for_all, server, session, until
from tests.sync.transport import ORIGIN

__all__ = ["app", "database", "factory", "for_all", "screen", "server", "session"]  # fixtures
pytestmark = pytest.mark.fresh_database


def inside(client: Client, show: Callable[[], ft.Control]) -> Callable[[], ft.Control]:
    @ft.component
    def Root() -> ft.Control:
        return ClientContext(client, lambda: DraftContext(MemoryDrafts(), component(show)))

    return Root


async def write(screen: Screen, label: str, text: str) -> None:
    said = next(c for c in screen.controls() if isinstance(c, ft.Semantics) and c.label == t(label) and isinstance(c.content, ft.TextField))
    await screen.type(said.content, text)


async def fill_account(screen: Screen, username: str) -> None:
    for label, text in (
        ("account.first_name", "Ada"), ("account.last_name", "Martin"), ("account.email", f"{username}@usine.local"),
        ("account.username", username), ("sign_in.password", PASSWORD),
    ):  # fmt: skip
        await write(screen, label, text)


async def seen(screen: Screen, words: str) -> None:
    await until(lambda: any(words in text for text in screen.texts))


async def link_shown(screen: Screen) -> str:
    await seen(screen, "?token=")
    return next(text for text in screen.texts if "?token=" in text)


class TestBeforeSignIn:
    async def test_the_first_administrator_is_in_at_once(self, screen, factory, session):
        token = await accounts.create_setup_link(session)
        await session.commit()
        device = factory.device()
        await device.client.start()
        screen.page.route = f"/setup?token={token}"
        await screen.show(inside(device.client, SetupScreen))
        await fill_account(screen, "ada")
        await screen.click(t("account.setup_send"))
        await until(lambda: device.client.session.state == SessionState.signed_in)
        assert device.client.user.role == Role.admin

    async def test_an_invitation_is_accepted_on_another_device(self, screen, factory, session):
        desk = await factory.signed_in(await factory.person("admin"))
        await screen.show(inside(desk.client, InviteScreen))
        await write(screen, "people.for_whom", "Ada Martin")
        await write(screen, "people.invite_email", "ada@usine.local")
        await screen.click(desk.client.sites.get(factory.site).name)
        await screen.click(t("people.send_invitation"))
        link = await link_shown(screen)
        assert t("people.mail_kept") in screen.texts

        phone = factory.device()
        await phone.client.start()
        screen.page.route = link.removeprefix(ORIGIN)
        await screen.show(inside(phone.client, JoinScreen))
        await seen(screen, t("account.join_title"))
        assert t("account.invited_by", name=desk.client.user.name) in screen.texts
        assert screen.find(ft.TextField, having="Martin").value == "Martin"
        assert screen.find(ft.TextField, having="ada@usine.local").value == "ada@usine.local"
        await write(screen, "account.username", "ada")
        await write(screen, "sign_in.password", PASSWORD)
        await screen.click(t("account.join_send"))
        await until(lambda: phone.client.session.state == SessionState.signed_in)
        assert (phone.client.user.role, phone.client.me.site_ids) == (Role.technician, [factory.site])

        stranger = factory.device()
        await stranger.client.start()
        await screen.show(inside(stranger.client, JoinScreen))
        await seen(screen, t("problem.link_spent.title"))

    async def test_who_registers_waits_and_is_told_so_once_the_password_is_right(self, screen, factory):
        phone = factory.device()
        await phone.client.start()
        await screen.show(inside(phone.client, RegisterScreen))
        await fill_account(screen, "ada")
        await screen.click(t("account.register_send"))
        await seen(screen, t("account.register_sent"))
        await screen.show(inside(phone.client, SignInScreen))
        for password, words in (("not the password", "problem.wrong_credentials.detail"), (PASSWORD, "problem.account_waiting.title")):
            await write(screen, "sign_in.name", "ada")
            await write(screen, "sign_in.password", password)
            await screen.click(t("sign_in.enter"))
            await seen(screen, t(words))
        assert t("problem.wrong_credentials.detail") not in screen.texts

    async def test_a_link_for_a_new_password_serves_once_and_nobody_else(self, screen, factory):
        desk, person = await factory.signed_in(await factory.person("admin")), await factory.person("technician")
        user = UserRead.model_validate(await desk.client.api.get(f"/users/{person.id}"))
        await screen.show(inside(desk.client, lambda: Person(desk.client, user, lambda: None)))
        await screen.click(t("people.password_make"))
        screen.page.route = link = (await link_shown(screen)).removeprefix(ORIGIN)

        phone = factory.device()
        await phone.client.start()
        await screen.show(inside(phone.client, NewPasswordScreen))
        await seen(screen, user.last_name)
        await write(screen, "sign_in.password", PASSWORD[::-1])
        await screen.click(t("account.password_save"))
        await until(lambda: phone.client.session.state == SessionState.signed_in)
        assert phone.client.user.id == person.id
        await phone.round()
        screen.page.route = link
        await screen.show(inside(phone.client, Screens))
        await seen(screen, t("app.link_for_another", name=phone.client.user.name))

        stranger = factory.device()
        await stranger.client.start()
        await screen.show(inside(stranger.client, NewPasswordScreen))
        await seen(screen, t("problem.link_spent.title"))


class TestMails:
    async def test_what_nobody_could_send_is_read_and_handed_over(self, screen, factory, session):
        phone = factory.device()
        await phone.client.start()
        await screen.show(inside(phone.client, ForgottenScreen))
        await write(screen, "sign_in.name", "nobody")
        await screen.click(t("account.forgotten_send"))
        await seen(screen, t("account.forgotten_kept"))

        desk = await factory.signed_in(await factory.person("admin"))
        asked = {"email": "kim@usine.local", "role": "technician", "all_sites": True, "language": "fr"}
        made = await desk.client.api.post("/invitations", asked)
        await screen.show(inside(desk.client, MailsScreen))
        await seen(screen, "kim@usine.local")
        assert t("mails.stay") in screen.texts
        mail = MailRead.model_validate((await desk.client.api.get("/mails"))["items"][0] | {"subject": "", "text": "", "has_link": True})
        await screen.show(inside(desk.client, lambda: Mail(desk.client, mail, lambda: None)))
        await screen.click(t("mails.link"))
        assert await link_shown(screen) == made["url"]


class TestAdministration:
    async def test_lists_who_waits_first_and_takes_invitations_back(self, screen, factory, session):
        await make_person(session, first_name="Zoé", last_name="Attend", is_active=False, is_waiting=True)
        desk = await factory.signed_in(await factory.person("admin"))
        await desk.client.api.post("/invitations", {"name": "Kim", "role": "technician", "site_ids": [str(factory.site)]})
        await screen.show(inside(desk.client, PeopleScreen))
        await seen(screen, "Zoé Attend")
        names = [text for text in screen.texts if text in {"Zoé Attend", desk.client.user.name}]
        assert names == ["Zoé Attend", desk.client.user.name]
        await screen.click(t("people.take_back"))
        await screen.tap(t("people.take_back"))
        await until(lambda: "Kim" not in screen.texts)
        assert await desk.client.api.get("/invitations") == []

    async def test_lets_somebody_in_ends_a_lost_phone_and_closes_the_account(self, screen, factory, session):
        waiting = await make_person(session, sites=[], is_active=False, is_waiting=True)
        desk = await factory.signed_in(await factory.person("admin"))
        path = f"/users/{waiting.id}"

        async def show() -> UserRead:
            user = UserRead.model_validate(await desk.client.api.get(path))
            await screen.show(inside(desk.client, lambda: Person(desk.client, user, lambda: None)))
            return user

        await show()
        await screen.click(t("people.let_in"))
        await seen(screen, t("people.choose_site"))
        await screen.click(desk.client.sites.get(factory.site).name)
        await screen.click(t("people.let_in"))
        await seen(screen, t("people.let_in_done"))
        phone = await factory.signed_in(waiting)

        user = await show()
        assert (user.is_active, user.site_ids) == (True, [factory.site])
        await seen(screen, t("me.unknown_device"))
        await screen.click(t("me.end"))
        await screen.tap(t("me.end"))
        await seen(screen, t("people.no_device"))
        with pytest.raises(SignInNeeded):
            await phone.client.api.me()

        await screen.click(t("people.password_make"))
        assert "/new-password?token=" in await link_shown(screen)
        await show()
        await screen.click(t("people.close"))
        await screen.tap(t("people.close"))
        await seen(screen, t("people.closed"))
        assert (await show()).is_active is False

    async def test_offers_nothing_that_would_shut_oneself_out(self, screen, factory):
        desk = await factory.signed_in(await factory.person("admin"))
        user = UserRead.model_validate(await desk.client.api.get(f"/users/{desk.client.user.id}"))
        await screen.show(inside(desk.client, lambda: Person(desk.client, user, lambda: None)))
        assert t("people.is_me") in screen.texts
        assert not {t("people.close"), t("people.every_site"), t("sign_in.role.technician")} & set(screen.texts)

    async def test_asks_whose_words_stay_where_somebody_else_saved_first(self, screen, factory):
        desk, other = [await factory.signed_in(await factory.person("admin")) for _ in range(2)]
        path = f"/users/{(await factory.person('technician')).id}"
        first = UserRead.model_validate(await desk.client.api.get(path))

        def show() -> ft.Control:
            user, set_user = use_state(first)

            async def load() -> None:
                set_user(UserRead.model_validate(await desk.client.api.get(path)))

            return Person(desk.client, user, lambda: screen.page.run_task(load), key=str(user.version))

        await screen.show(inside(desk.client, show))
        await write(screen, "account.last_name", "Blanc")
        await other.client.api.patch(path, {"version": first.version, "first_name": "Noé"})
        await screen.click(t("people.save"))
        await seen(screen, t("common.conflict"))
        assert screen.find(ft.TextField, having="Blanc")
        await screen.click(t("common.conflict_mine"))
        await screen.click(t("people.save"))
        await seen(screen, t("people.saved"))
        assert (await desk.client.api.get(path))["last_name"] == "Blanc"

    async def test_says_aloud_that_the_network_is_missing_until_it_is_back(self, screen, factory):
        desk = await factory.signed_in(await factory.person("admin"))
        await screen.show(inside(desk.client, InviteScreen))
        await write(screen, "people.for_whom", "Kim")
        await screen.click(desk.client.sites.get(factory.site).name)
        desk.transport.online = False
        desk.client.sync.went_offline()
        await screen.click(t("people.make_link"))
        await seen(screen, t("common.needs_network"))
        said = next(c for c in screen.controls() if isinstance(c, ft.Semantics) and c.live_region)
        assert any(isinstance(c, ft.Text) and c.value == t("common.needs_network") for c in _walk(said))
        desk.transport.online = True
        await desk.round()
        await until(lambda: t("common.needs_network") not in screen.texts)
        assert screen.find(ft.TextField, having="Kim")
        await screen.click(t("people.make_link"))
        await link_shown(screen)

    async def test_says_why_an_invitation_cannot_be_taken_back(self, screen, factory):
        desk = await factory.signed_in(await factory.person("admin"))
        await desk.client.api.post("/invitations", {"name": "Kim", "role": "technician", "site_ids": [str(factory.site)]})
        await screen.show(inside(desk.client, PeopleScreen))
        await seen(screen, "Kim")
        desk.transport.online = False
        await screen.click(t("people.take_back"))
        await screen.tap(t("people.take_back"))
        await seen(screen, t("common.needs_network"))


class TestOthers:
    @pytest.mark.parametrize("show", [PeopleScreen, InviteScreen, OrganisationScreen])
    async def test_whoever_may_not_is_told_whom_to_ask(self, screen, factory, show):
        phone = await factory.signed_in(await factory.person("technician"))
        await screen.show(inside(phone.client, show))
        await seen(screen, t("people.not_yours"))
        assert not [control for control in screen.controls() if isinstance(control, ft.TextField)]

    async def test_a_technician_without_a_machine_is_not_told_to_make_one(self, screen, factory, session):
        empty = await make_site(session)
        phone = await factory.signed_in(await factory.person("technician", sites=[empty.id]))
        await screen.show(inside(phone.client, EquipmentListScreen))
        await seen(screen, t("start.no_machine_body"))
        assert t("start.do.machine") not in screen.texts
