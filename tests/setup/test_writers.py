"""A table is written by its own domain only: in SQL text, through the models, and by what is set on a row."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel.main import default_registry

from server.tables import metadata

ROOT = Path(__file__).resolve().parents[2] / "server"
ALLOWED = {
    "demo": "makes a whole plant at once, where nobody works yet",
    "backup": "puts back whole tables, whatever they are",
    "core.following": "what says that it follows something goes where that goes",
    "core.held": "what says that it rests with something comes back with it",
    "core.row_writes": "writes what it is told to, and who tells it is read here",
}
"""Who may write a table of another domain, and why."""
WRITING = {"update", "insert", "delete", "updating", "inserting", "inserting_new", "deleting"}
_WRITES = re.compile(
    r"\b(?:insert\s+into|delete\s+from|update(?=\s+(?:only\s+)?\S+\s+(?:as\s+)?(?:\w+\s+)?set\b))\s+(?:only\s+)?([\w{}]+)", re.IGNORECASE
)
OWNER = {mapper.class_.__tablename__: mapper.class_.__module__.split(".")[1] for mapper in default_registry.mappers}
MODELS = {mapper.class_.__name__: mapper.class_.__tablename__ for mapper in default_registry.mappers}


def texts(tree: ast.Module) -> Iterator[str]:
    """Every text of a module but its docstrings; what is put into one is `{}`, or itself where the module says it."""
    constants = {
        name.id: node.value.value
        for node in tree.body if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for name in node.targets if isinstance(name, ast.Name)
    }  # fmt: skip
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node) if part is not node}
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if id(node) in inside | prose:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(_part(part, constants) for part in node.values)


def _part(part: ast.expr, constants: dict[str, object]) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    named = part.value if isinstance(part, ast.FormattedValue) else None
    return str(constants.get(named.id, "{}")) if isinstance(named, ast.Name) else "{}"


def in_text(tree: ast.Module) -> Iterator[str]:
    for text in texts(tree):
        yield from (found.lower() for found in _WRITES.findall(text))


def through_models(tree: ast.Module) -> Iterator[str]:
    """`Model(…)`, `sa.update(Model)`; and `row.column = …`, `session.delete(row)` where the function says that `row` is a `Model`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if (name := _name(node.func)) in MODELS:
                yield MODELS[name]
            if name in WRITING and node.args and (named := _name(node.args[0])) in MODELS:
                yield MODELS[named]
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _set(node, services(tree))


def services(tree: ast.Module) -> dict[str, str]:
    """What other domains are called here, and their names."""
    return {
        name.asname or name.name: f"a row of {node.module.split('.')[1]}"
        for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("server.")
        for name in node.names if node.module and name.name in {"service", "repository"}
    }  # fmt: skip


def _set(function: ast.FunctionDef | ast.AsyncFunctionDef, services: dict[str, str]) -> Iterator[str]:
    arguments = [*function.args.args, *function.args.kwonlyargs]
    rows = {arg.arg: MODELS[name] for arg in arguments if arg.annotation and (name := _name(arg.annotation)) in MODELS}
    rows |= {
        _name(node.targets[0]): services[of]
        for node in ast.walk(function) if isinstance(node, ast.Assign) and (of := _asked(node.value)) in services
    }  # fmt: skip
    for node in ast.walk(function):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign) else []
        for target in (each for found in targets for each in (found.elts if isinstance(found, ast.Tuple) else [found])):
            if isinstance(target, ast.Attribute) and _name(target.value) in rows:
                yield rows[_name(target.value)]
        if isinstance(node, ast.Call) and _name(node.func) in {"delete", "setattr"} and node.args and _name(node.args[0]) in rows:
            yield rows[_name(node.args[0])]


def _asked(value: ast.expr) -> str:
    """`equipment` of `await equipment.get_visible(…)`."""
    call = value.value if isinstance(value, ast.Await) else value
    return _name(call.func.value) if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) else ""


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def written_by(path: Path) -> set[str]:
    """The tables of others that a module writes; `{}` for one that it does not name."""
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    domain = module.split(".")[0]
    if {module, domain} & ALLOWED.keys():
        return set()
    tree = ast.parse(path.read_text())
    written = {*in_text(tree), *through_models(tree)}
    known = {table for table in written if table in metadata.tables or "{" in table or table.startswith("a row")}
    return {table for table in known if OWNER.get(table, table.removeprefix("a row of ")) != domain}


def test_no_domain_writes_the_table_of_another() -> None:
    assert {str(path.relative_to(ROOT)): tables for path in ROOT.rglob("*.py") if (tables := written_by(path))} == {}


@pytest.mark.parametrize("text", [
    'X = "update meter set a = 1"', 'X = f"UPDATE meter m SET a = {1}"', 'T = "meter"\nX = f"insert into {T} (a) values (1)"',
    'X = ("delete from "\n "meter where true")', 'X = "with a as (select 1) update only meter as m set b = 2"',
    "session.add(Meter(id=1))", "row_writes.inserting_new(Meter, {})", "sa.update(Meter).values(a=1)",
    "def f(row: Meter):\n row.a, b = 1, 2", "def f(row: Meter):\n row.a += 1",
    "from server.meters import service as meters\nasync def f():\n row = await meters.get()\n row.a = 1",
    "async def f(session, *, row: Meter):\n await session.delete(row)", "def f(row: models.Meter):\n setattr(row, 'a', 1)",
])  # fmt: skip
def test_each_way_to_write_is_seen(text: str) -> None:
    tree = ast.parse(text)
    assert {*in_text(tree), *through_models(tree)} in ({"meter"}, {"a row of meters"})
