"""Devices that go from one test to the next: to load the app, sign in and fetch everything takes longer than most of what is done then."""

from collections.abc import Callable

from tests.e2e.app import PHONE, App


class Shelf:
    """One device a person; whoever asks for a second one of the same person shall make it."""

    def __init__(self, make: Callable[[dict[str, int]], App]) -> None:
        self._make = make
        self._here: dict[str, App] = {}
        self._lent: dict[str, App] = {}

    def lend(self, username: str, viewport: dict[str, int] = PHONE) -> App:
        app = self._here.pop(username, None) or self._made(username, viewport)
        if app.page.is_closed():
            app = App(app.context, app.url).open()
        if app.page.viewport_size != viewport:
            app.page.set_viewport_size(viewport)  # type: ignore[arg-type]
            app.reload()  # nothing tells when the app, as it runs, is laid out anew: another width has other buttons
        self._lent[username] = app
        return app

    def take_back(self, *, is_fit: bool) -> None:
        """With a network and one tab at most; what a failed test had in hand is thrown away."""
        lent, self._lent = self._lent, {}
        for username, app in lent.items():
            if is_fit:
                app.context.set_offline(False)
                for page in app.context.pages:
                    if page != app.page:
                        page.close()
                self._here[username] = app
            else:
                app.context.close()
        problems = [problem for app in lent.values() for problem in app.problems]
        for app in lent.values():
            app.problems.clear()
        assert problems == [], problems

    def clear(self) -> None:
        for app in self._here.values():
            app.context.close()

    def _made(self, username: str, viewport: dict[str, int]) -> App:
        app = self._make(viewport).open()
        app.sign_in_as_demo(username).kept_offline()
        return app
