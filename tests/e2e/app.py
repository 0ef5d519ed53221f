"""The app as a person with a screen reader meets it: what is said, what can be tapped, what can be filled in.

Words are given as keys of the catalogue ("job.close") or as they stand on the screen.
"""

import re
from typing import Any, cast
from uuid import UUID

from playwright.sync_api import BrowserContext, ConsoleMessage, FloatRect, Locator, Page, expect
from playwright.sync_api import Error as BrowserError
from playwright.sync_api import TimeoutError as BrowserTimeout

from server.core.i18n import translator
from tests.e2e.product import PASSWORD
from tests.e2e.waiting import until

PHONE = {"width": 390, "height": 844}
TABLET = {"width": 820, "height": 1180}
DESKTOP = {"width": 1440, "height": 900}
KEY = re.compile(r"[a-z_]+(\.[a-z_]+)+")
SHOWN = """() => [...document.querySelectorAll('flt-semantics-host *, .toast *')].map((node) => [
  node.getAttribute('aria-label') ?? '',
  [...node.childNodes].filter((child) => child.nodeType === 3).map((child) => child.data).join(' '),
  node.value ?? '',
].filter(Boolean).join(' ')).filter(Boolean).join('\\n')"""
DRAWN = "() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
NAVIGATE = "(path) => { history.pushState(null, '', path); dispatchEvent(new PopStateEvent('popstate')); }"


class App:
    """One tab."""

    def __init__(self, context: BrowserContext, url: str, lang: str = "fr", page: Page | None = None) -> None:
        self.context, self.url, self.lang = context, url, lang
        self.page = page or context.new_page()
        self.problems: list[str] = []
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", self._heard)

    def _heard(self, message: ConsoleMessage) -> None:
        """What the app reports as a bug, whatever it says to the person."""
        if message.type != "error":
            return
        if message.text.endswith(" failed") or "Traceback" in message.text:
            self.problems.append(message.text)
        elif self.problems:
            self.problems[-1] += f"\n{message.text}"  # a trace comes line by line

    # where one is

    def open(self, path: str = "/") -> "App":
        """Load the page anew, as from a link or a bookmark."""
        self.page.goto(self.url + path, wait_until="commit")
        return self.started()

    def reload(self) -> "App":
        self.page.reload(wait_until="commit")
        return self.started()

    def started(self) -> "App":
        until(self._is_up, f"the app's first screen at {self.page.url}", seconds=90)
        self.page.evaluate("document.querySelector('flt-semantics-placeholder')?.click()")
        return self

    def _is_up(self) -> bool:
        up = "performance.getEntriesByName('app').length && document.querySelector('flt-semantics-placeholder, flt-semantics-host *')"
        try:
            return bool(self.page.evaluate(f"Boolean({up})"))
        except BrowserError:  # between two documents
            return False

    def go(self, path: str) -> "App":
        """Move inside the loaded app."""
        self.page.evaluate(NAVIGATE, path)
        return self.at(re.escape(path.partition("?")[0]))

    def at(self, pattern: str, seconds: float = 60) -> "App":
        """Wait until the address's path is `pattern` (a regular expression)."""
        until(lambda: re.fullmatch(pattern, self.path), lambda: f"{pattern}; the app is at {self.path}; shown:\n{self.shown()}", seconds)
        return self

    @property
    def path(self) -> str:
        return str(self.page.evaluate("location.pathname"))

    @property
    def job_id(self) -> str:
        """The job whose page is open."""
        return str(UUID(self.path.split("/")[2]))

    # what is shown

    def words(self, words: str) -> str:
        found = translator(self.lang)
        return found.t(words) if KEY.fullmatch(words) and found.has(words) else words

    def shown(self) -> str:
        """Everything a screen reader would find, one element a line."""
        try:
            return str(self.page.evaluate(SHOWN))
        except BrowserError:
            return ""

    def place_of(self, found: Locator) -> FloatRect:
        """Where it is on the screen, once it has come to rest there."""
        places: list[FloatRect | None] = [None]

        def is_at_rest() -> bool:
            self.page.evaluate(DRAWN)
            self.page.wait_for_timeout(100)
            places.append(found.bounding_box())
            return places[-1] is not None and places[-1] == places[-2]

        until(is_at_rest, lambda: f"{found} at rest, not {places[-3:]}")
        return cast("FloatRect", places[-1])

    def reach(self, found: Locator) -> None:
        """Scroll to what is not in sight, and let the app follow: a click that scrolls by itself meets what was there before."""
        place, size = found.bounding_box(timeout=5_000), self.page.viewport_size or PHONE
        if place is None or place["y"] < 0 or place["y"] + place["height"] > size["height"]:
            found.scroll_into_view_if_needed(timeout=5_000)
            self.place_of(found)

    def shows(self, words: str) -> bool:
        return self.words(words).casefold() in self.shown().casefold()

    def see(self, *words: str, seconds: float = 60) -> "App":
        """Wait for all of `words`, scrolling down to what is not built yet."""
        for wanted in words:
            self._look_for(lambda wanted=wanted: self.shows(wanted), wanted, seconds)
        return self

    def see_no(self, words: str, seconds: float = 60) -> "App":
        until(lambda: not self.shows(words), lambda: f"“{words}” gone from:\n{self.shown()}", seconds)
        return self

    def synced(self, seconds: float = 60) -> "App":
        """Wait until the chip says that the device and the server hold the same."""
        return self.see("common.sync_done", seconds=seconds)

    # what one does

    def tap(self, words: str, seconds: float = 60) -> "App":
        """Tap what `words` name: a button, a choice, a card."""
        self._look_for(lambda: self._is_tapped(self.words(words)), words, seconds)
        return self

    def touch(self, found: Locator) -> "App":
        """Tap `found` where it lies once nothing moves: a sheet that closes or a banner that comes would take the tap."""
        self.place_of(found)
        self.reach(found)
        found.click()
        return self

    def fill(self, label: str, text: str) -> "App":
        """Type into the field that `label` names, in the place of what was there.

        On a busy machine the field may lose the keyboard just after it got it, or be drawn anew: then a person taps it again.
        """
        self.place_of(self.field(label))
        until(lambda: self._is_typed(label, text), lambda: f"“{text}” in {label}; shown:\n{self.shown()}")
        return self

    def _is_typed(self, label: str, text: str) -> bool:
        self.page.bring_to_front()
        field = self._fillable(self.words(label))
        if field is None:
            return False
        try:
            if field.input_value(timeout=5_000) != text:
                self.reach(field)
                field.click(timeout=5_000)
                self.page.keyboard.press("ControlOrMeta+A")
                self.page.keyboard.insert_text(text)
                self.page.wait_for_timeout(300)
            return field.input_value(timeout=5_000) == text
        except BrowserError:
            return False

    def field(self, label: str) -> Locator:
        named: Locator = self._look_for(lambda: self._fillable(self.words(label)), label, 60)
        return named

    def press(self, keys: str) -> "App":
        self.page.keyboard.press(keys)
        return self

    def turn(self, keys: str, pattern: str) -> "App":
        """Press what leads from one thing to the next, and wait until that is there to be judged: its name then is the tab's."""
        path, name = self.path, self.page.title()
        self.press(keys)
        until(lambda: self.path != path and self.page.title() != name, lambda: f"another than {name}; shown:\n{self.shown()}")
        return self.at(pattern)

    def sign_in(self, username: str, password: str = PASSWORD) -> "App":
        self.fill("sign_in.name", username).fill("sign_in.password", password)
        return self.tap("sign_in.enter")

    def sign_in_as_demo(self, username: str) -> "App":
        """Sign in, and wait until the device holds everything."""
        self.sign_in(username)
        until(lambda: self.path in {"/today", "/board"}, lambda: f"signed in; shown:\n{self.shown()}", 90)
        return self.synced()

    def take_photo(self) -> "App":
        """Through the camera overlay: the page's own HTML, over the app."""
        self.tap("common.photo_add")
        self.page.get_by_role("button", name=self.words("photo.shutter"), exact=True).click()
        expect(self.page.get_by_role("dialog")).to_have_count(0)
        return self

    def kept_offline(self) -> "App":
        """Wait until the service worker has everything, so that the network may go."""
        until(lambda: self.page.evaluate("Boolean(navigator.serviceWorker.controller)"), "the copy for offline use", 90)
        return self

    # inside

    def _fillable(self, label: str) -> Locator | None:
        """“Nom” rather than “Prénom”."""
        for exact in (True, False):
            found = self.page.get_by_label(label, exact=exact).and_(self.page.locator("input, textarea"))
            if found.count():
                return found.first
        return None

    def _is_tapped(self, words: str) -> bool:
        """A list that still scrolls takes what was found out of the tree again: then it is to be looked for anew."""
        target = self._tappable(words)
        if target is None:
            return False
        try:
            target.click(timeout=5_000)
        except BrowserTimeout:
            return False
        return True

    def _tappable(self, words: str) -> Locator | None:
        """What is called so, else what says it among other things, as a card does; a key of the pad is in many a name."""
        roles = ("button", "checkbox", "radio", "switch", "link", "menuitem", "menuitemcheckbox")
        for exact in (True, False) if len(words) > 1 else (True,):
            for role in roles:
                found = self.page.get_by_role(role, name=words, exact=exact)
                if found.count():
                    return found.first
        return None

    def _look_for(self, find: Any, what: str, seconds: float) -> Any:
        turns = 0
        self.page.bring_to_front()  # Chromium draws only the tab in front

        def look() -> Any:
            nonlocal turns
            turns += 1
            if turns > 1 and turns % 6 == 0:
                self._scroll(-20_000 if turns % 60 == 6 else 500)  # from the top, every now and then
            return find()

        return until(look, lambda: f"“{self.words(what)}” at {self.path}; shown:\n{self.shown()}", seconds)

    def _scroll(self, by: float) -> None:
        size = self.page.viewport_size or PHONE
        self.page.mouse.move(size["width"] * 0.6, size["height"] * 0.5)
        self.page.mouse.wheel(0, by)
