"""The other end of a Flet session: keeps the tree that Flutter would draw, from the messages alone."""

from collections.abc import Iterator
from enum import IntEnum
from typing import Any

import msgpack
from flet.messaging.protocol import MessageAction, decode_ext_from_msgpack

Node = dict[str, Any]
DIALOGS = ("AlertDialog", "BottomSheet", "DatePicker", "SnackBar", "TimePicker")
_WORDS = ("value", "label", "tooltip", "content", "hint_text", "semantics_label")


class _Change(IntEnum):
    replace = 0
    add = 1
    remove = 2
    move = 3


class Client:
    def __init__(self) -> None:
        self.page: Node = {}
        self.known: dict[int, Node] = {}
        self.unknown: list[int] = []
        """Controls of which the app spoke, and which were never sent: whatever it said of them is lost."""

    def receive(self, packed: bytes) -> None:
        action, body = msgpack.unpackb(packed, ext_hook=decode_ext_from_msgpack, strict_map_key=False)
        if action == MessageAction.REGISTER_CLIENT.value:
            self.page = body["page_patch"]
            self._learn(self.page)
        elif action == MessageAction.PATCH_CONTROL.value:
            self._patch(body["id"], body["patch"])

    @property
    def dialogs(self) -> list[Node]:
        return [d for d in self.page["_dialogs"].get("controls", []) if d.get("open")]

    def everything(self) -> Iterator[Node]:
        """What stands on the screen; a closed dialog does not."""
        yield from _walk(self.page["views"])
        for dialog in self.dialogs:
            yield from _walk(dialog)

    @property
    def texts(self) -> list[str]:
        return [n["value"] for n in self.everything() if n["_c"] == "Text" and n.get("value")]

    def fields(self) -> list[Node]:
        return [n for n in self.everything() if n["_c"] == "TextField"]

    def tappable(self, text: str) -> Node:
        """The smallest thing to tap that shows or is called `text`, the last one where there are several."""
        found = [n for n in self.everything() if text in _said(n) and _target(n)]
        target = _target(min(reversed(found), key=lambda n: sum(1 for _ in _walk(n))))
        assert target is not None
        return target

    def _patch(self, control_id: int, patch: list[Any]) -> None:
        if control_id not in self.known:
            self.unknown.append(control_id)
            return
        root, *changes = patch
        for kind, *rest in changes:
            self._change(_Change(kind), self.known[control_id], root, rest)

    def _change(self, kind: _Change, control: Node, root: list[Any], rest: list[Any]) -> None:
        place, key = _at(control, root, rest[0]), rest[1]
        if kind == _Change.remove:
            place.pop(key)
        elif kind == _Change.move:
            _put(_at(control, root, rest[2]), rest[3], place.pop(key), insert=True)
        else:
            self._learn(rest[2])
            _put(place, key, rest[2], insert=kind == _Change.add)

    def _learn(self, value: Any) -> None:
        for node in _walk(value):
            self.known[node["_i"]] = node


def _put(place: Any, key: Any, value: Any, *, insert: bool) -> None:
    if insert and isinstance(place, list):
        place.insert(key, value)
    else:
        place[key] = value


def _at(control: Node, root: list[Any], index: int) -> Any:
    """What the path numbered `index` leads to."""
    steps = _steps(root, index)
    assert steps is not None
    found: Any = control
    for step in steps:
        if isinstance(found, dict) and step not in found:
            found[step] = []  # an empty list is not sent
        found = found[step]
    return found


def _steps(node: list[Any], index: int) -> list[Any] | None:
    if node[0] == index:
        return []
    for key, child in (node[1] if len(node) > 1 else {}).items():
        rest = _steps(child, index)
        if rest is not None:
            return [key, *rest]
    return None


def _walk(value: Any) -> Iterator[Node]:
    if isinstance(value, dict):
        if "_c" in value:
            yield value
        for part in value.values():
            yield from _walk(part)
    elif isinstance(value, list):
        for part in value:
            yield from _walk(part)


def _said(node: Node) -> str:
    return " | ".join(part[name] for part in _walk(node) for name in _WORDS if isinstance(part.get(name), str))


def _target(node: Node) -> Node | None:
    return next((part for part in _walk(node) if part.get("on_click")), None)
