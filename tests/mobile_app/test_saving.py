"""A screen saves by `submit` and by nothing else."""

import ast
from collections.abc import Iterator
from pathlib import Path

MOBILE_APP = Path(__file__).parents[2] / "mobile_app"
WRITES = frozenset({"post", "put", "patch", "delete", "save"})
QUIET = frozenset({"unprintable", "_set_language", "send_test", "_tell"})
"""What reads by a POST, and what may fail without a word."""


def calls(tree: ast.AST) -> Iterator[tuple[ast.Call, list[ast.AST]]]:
    """Each call with what it stands in, the innermost last."""
    stack: list[tuple[ast.AST, list[ast.AST]]] = [(tree, [])]
    while stack:
        node, inside = stack.pop()
        if isinstance(node, ast.Call):
            yield node, inside
        stack += [(child, [*inside, node]) for child in ast.iter_child_nodes(node)]


def name_of(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def submitted(every: list[tuple[ast.Call, list[ast.AST]]]) -> Iterator[ast.expr]:
    """Whatever stands in a call of `submit`."""
    for call, _ in every:
        if name_of(call.func) == "submit":
            yield from (part for part in ast.walk(call) if isinstance(part, ast.expr))


def test_every_command_and_every_write_goes_through_submit():
    found, files = [], [file for folder in ("domain", "features") for file in (MOBILE_APP / folder).rglob("*.py")]
    read = {file: list(calls(ast.parse(file.read_text()))) for file in files}
    elsewhere = {
        (name_of(part.value), part.attr) for every in read.values() for part in submitted(every) if isinstance(part, ast.Attribute)
    }
    for file, every in read.items():
        sent = {*map(name_of, submitted(every)), *(name for module, name in elsewhere if module == file.stem)}
        for call, inside in every:
            is_command = name_of(call.func) in {"execute", "execute_held"} and file.name != "submit.py"
            of = call.func.value if isinstance(call.func, ast.Attribute) else None
            is_write = name_of(call.func) in WRITES and of is not None and name_of(of) == "api"
            homes = {node.name for node in inside if isinstance(node, ast.AsyncFunctionDef)}
            handed_over = any(isinstance(node, ast.Call) and name_of(node.func) == "submit" for node in inside) or homes & (sent | QUIET)
            stored = any(isinstance(node, ast.Assign) and name_of(node.targets[0]) in sent for node in inside)
            if is_command or (is_write and not (handed_over or stored)):
                found.append(f"{file.relative_to(MOBILE_APP)}:{call.lineno}")
    assert found == []
