"""A desk worth sitting at, on a small laptop: the keyboard, the address, tabs; and a word that lets taps through."""

import re
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import expect

from mobile_app.ui.shell import RAIL_WIDTH
from mobile_app.ui.theme import LIGHT
from tests.e2e.app import DRAWN, App
from tests.e2e.conftest import Device
from tests.e2e.product import Product, User
from tests.e2e.waiting import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
LAPTOP = {"width": 1093, "height": 700}
MACHINE = r"/equipment/[0-9a-f-]{36}"


def shown_address(app: App) -> str:
    return str(app.page.evaluate("location.pathname + location.search"))


def rgb(colour: str) -> str:
    return f"rgb({', '.join(str(each) for each in bytes.fromhex(colour.removeprefix('#')))})"


def box_of(app: App, words: str) -> tuple[float, float, float, float]:
    found = app.page.get_by_role("button", name=app.words(words), exact=True).first.bounding_box()
    assert found
    return found["x"], found["y"], found["x"] + found["width"], found["y"] + found["height"]


STOP = """() => {
  const place = (node) => node && [...'xy', 'width', 'height'].map((side) => Math.round(node.getBoundingClientRect()[side])).join(' ');
  const [found, ring] = [document.activeElement, document.querySelector('.keyboard-ring')];
  const line = ring && getComputedStyle(ring);
  return {
    words: found.ariaLabel ?? found.innerText, is_field: found.matches('input, textarea'), left: found.getBoundingClientRect().x,
    place: place(found), ring: place(ring), line: line && [line.outlineStyle, line.outlineWidth, line.outlineColor].join(' '),
  };
}"""


def tabbed(app: App) -> dict[str, Any]:
    """Where the keyboard is after one more Tab."""
    app.page.keyboard.press("Tab")
    app.page.evaluate(DRAWN)
    app.page.evaluate(DRAWN)
    return dict(app.page.evaluate(STOP))


class TestDesk:
    def test_tab_goes_through_the_rail_once_and_shows_where_it_is(self, lent: Device) -> None:
        desk = lent("supervisor", LAPTOP).go("/equipment").see("equipment_list.new")
        stops = [tabbed(desk)]
        while len(stops) < 60 and (stop := tabbed(desk))["place"] != stops[0]["place"]:
            stops.append(stop)
        in_rail = [stop["left"] < RAIL_WIDTH for stop in stops]
        assert sum(now != then for then, now in pairwise([*in_rail, in_rail[0]])) == 2, [stop["words"] for stop in stops]
        assert any(stop["is_field"] for stop in stops)
        assert not any("EQ-" in stop["words"] for stop in stops)  # rows are j, k and Enter
        assert {stop["ring"] == stop["place"] for stop in stops if not stop["is_field"]} == {True}
        assert {stop["line"] for stop in stops if stop["ring"]} == {f"solid 2px {rgb(LIGHT.primary)}"}
        while tabbed(desk)["words"] != desk.words("app.calendar"):
            """As far as the place."""
        desk.page.keyboard.press("Enter")
        desk.at("/calendar").see("calendar.subscribe")  # the page is there too, not only its address

    def test_filters_survive_and_rows_open_by_key_and_in_tabs(self, lent: Device, technician: User) -> None:
        desk = lent("supervisor", LAPTOP).go("/board").see("board.down").tap("board.down").at("/equipment")
        assert shown_address(desk) == "/equipment?status=broken"
        down = technician.get("/equipment", status="broken")["items"]
        desk.see(*(machine["name"] for machine in down))
        until(lambda: not desk.page.evaluate("document.activeElement.matches('input, textarea')"), "the keyboard in no field")
        desk.page.keyboard.press("j")
        desk.page.get_by_role("button", name=desk.words("app.calendar"), exact=True).first.focus()  # as Flutter does of itself
        desk.page.keyboard.press("Enter")
        desk.at(MACHINE)
        until(lambda: " · " in desk.page.title(), "the machine's name in the tab")
        desk.page.go_back()
        desk.at("/equipment")
        assert shown_address(desk) == "/equipment?status=broken"
        desk.reload().see(down[0]["name"])
        row = desk.page.get_by_role("button", name=re.compile(down[0]["code"])).first
        with desk.context.expect_page() as opened:
            row.click(button="middle")
        until(lambda: re.search(MACHINE, opened.value.url), "the machine in a tab of its own")
        opened.value.close()
        boxes = desk.page.get_by_role("checkbox")
        assert all(found["width"] <= 48 for number in range(boxes.count()) if (found := boxes.nth(number).bounding_box()))

    def test_an_approval_is_taken_back_and_its_word_covers_nothing(self, lent: Device, product: Product) -> None:
        desk, supervisor = lent("supervisor", LAPTOP).go("/validate").see("validation.approve"), product.as_user("supervisor")
        judged, its_name = desk.turn("j", "/validate/.+").job_id, desk.page.title()
        desk.turn("a", "/validate/.+")
        word = desk.page.locator(".toast")
        expect(word).to_be_visible()
        place = word.bounding_box()
        assert place
        assert place["width"] <= 400
        for button in ("validation.approve", "validation.return"):
            left, top, right, bottom = box_of(desk, button)
            assert place["y"] + place["height"] <= top or place["x"] >= right or place["x"] + place["width"] <= left or place["y"] >= bottom
        through = desk.page.evaluate(
            "([x, y]) => Boolean(document.elementFromPoint(x, y).closest('.toast'))", [place["x"] + 20, place["y"] + place["height"] / 2]
        )
        assert not through
        desk.tap("common.undo").at(f"/validate/{judged}")
        until(lambda: desk.page.title() == its_name, "the job that was judged, back on the screen")
        expect(word).to_have_count(0)
        other = desk.turn("j", "/validate/.+").job_id
        desk.press("a")
        until(lambda: supervisor.job(other)["is_validated"], "the approval on the server, once nobody has taken it back")
        assert not supervisor.job(judged)["is_validated"]
