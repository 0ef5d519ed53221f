"""The app in one tab of any engine, through what a screen reader finds: the verbs of `tests.e2e.app.App`."""

import re
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from server.core.i18n import translator
from tests.e2e.app import KEY, NAVIGATE, SHOWN
from tests.e2e.product import PASSWORD
from tests.e2e.waiting import until
from tests.engines.engines import ScriptError, Tab

UP = """() => {
  document.querySelector('flt-semantics-placeholder')?.click();
  return Boolean(performance.getEntriesByName('app').length && document.querySelector('flt-semantics-host *'));
}"""
FIND = """(words, selector, isExact, isPressed) => {
  const wanted = words.toLocaleLowerCase();
  const name = (node) => (node.getAttribute('aria-label') ?? node.innerText ?? '').trim().toLocaleLowerCase();
  const fits = (node) => (isExact ? name(node) === wanted : name(node).includes(wanted));
  const found = [...document.querySelectorAll(selector)].find(fits);
  if (!found) return null;
  const box = found.getBoundingClientRect();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const hit = document.elementFromPoint(x, y); // none: out of view; of another branch: something lies over it
  const isReached = Boolean(hit) && (found.contains(hit) || hit.contains(found));
  if (isPressed && !isReached) [found.focus(), found.click()]; // as a screen reader does
  return {x, y, isReached, value: found.value ?? null};
}"""
TAPPABLE = ", ".join(f"flt-semantics-host [role={role}]" for role in ("button", "checkbox", "radio", "switch", "link", "menuitem"))
FIELDS = "flt-semantics-host input, flt-semantics-host textarea"


class Screen:
    def __init__(self, tab: Tab, url: str, lang: str = "fr") -> None:
        self._tab, self._url, self.lang = tab, url, lang

    def open(self, path: str = "/") -> "Screen":
        self._tab.run("() => performance.clearMarks()")
        self._tab.open(self._url + path)
        return self.started()

    def started(self) -> "Screen":
        until(lambda: self._ask(UP), lambda: f"the app's first screen; shown:\n{self._ask('() => document.body.innerText')}", 120)
        return self

    def go(self, path: str) -> "Screen":
        self._tab.run(NAVIGATE, path)
        return self.at(re.escape(path))

    def at(self, pattern: str) -> "Screen":
        until(lambda: re.fullmatch(pattern, self.path), lambda: f"{pattern}; the app is at {self.path}")
        return self

    @property
    def path(self) -> str:
        return str(self._tab.run("() => location.pathname"))

    @property
    def job_id(self) -> str:
        return str(UUID(self.path.split("/")[2]))

    def words(self, words: str) -> str:
        found = translator(self.lang)
        return found.t(words) if KEY.fullmatch(words) and found.has(words) else words

    def shown(self) -> str:
        return str(self._ask(SHOWN))

    def shows(self, words: str) -> bool:
        return self.words(words).casefold() in self.shown().casefold()

    def see(self, *words: str, seconds: float = 60) -> "Screen":
        for wanted in words:
            self._look_for(lambda wanted=wanted: self.shows(wanted), wanted, seconds)
        return self

    def synced(self) -> "Screen":
        return self.see("common.sync_done")

    def kept_offline(self) -> "Screen":
        until(lambda: self._ask("() => Boolean(navigator.serviceWorker.controller)"), "the copy for offline use", 120)
        return self

    def tap(self, words: str) -> "Screen":
        self._press(words, TAPPABLE)
        return self

    def fill(self, label: str, text: str) -> "Screen":
        def is_typed() -> bool:
            if self._press(label, FIELDS)["value"] == text:
                return True
            self._tab.type(text, over=True)
            return bool(self._press(label, FIELDS)["value"] == text)

        until(is_typed, f"“{text}” in {label}")
        return self

    def sign_in_as_demo(self, username: str) -> "Screen":
        self.fill("sign_in.name", username).fill("sign_in.password", PASSWORD).tap("sign_in.enter")
        until(lambda: self.path in {"/today", "/board"}, lambda: f"signed in; shown:\n{self.shown()}", 90)
        return self.synced()

    def _press(self, words: str, selector: str) -> dict[str, Any]:
        found = self._look_for(lambda: self._at_rest(words, selector), words, 60)
        if found["isReached"]:
            self._tab.click(found["x"], found["y"])
        else:
            self._find(words, selector, is_pressed=True)
        return dict(found)

    def _at_rest(self, words: str, selector: str) -> Any:
        """What is found twice at the same place: what a tap before has moved is moving still."""
        first = self._find(words, selector)
        if not first:
            return None
        time.sleep(0.15)
        return first if self._find(words, selector) == first else None

    def _find(self, words: str, selector: str, *, is_pressed: bool = False) -> Any:
        said = self.words(words)
        return self._ask(FIND, said, selector, True, is_pressed) or self._ask(FIND, said, selector, False, is_pressed)

    def _look_for(self, find: Callable[[], Any], what: str, seconds: float) -> Any:
        turns = 0

        def look() -> Any:
            nonlocal turns
            turns += 1
            if turns % 6 == 0:
                self._tab.scroll(-20_000 if turns % 60 == 6 else 500)
            return find()

        return until(look, lambda: f"“{self.words(what)}” at {self.path}; shown:\n{self.shown()}", seconds)

    def _ask(self, script: str, *values: Any) -> Any:
        try:
            return self._tab.run(script, *values)
        except ScriptError:  # between two documents
            return None
