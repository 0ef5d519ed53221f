"""What the schemas say of themselves is what they take."""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

import shared_models
from shared_models.base import Row, Schema

SAMPLES = {
    "date-time": ("2030-06-01T08:00:00Z", "2030-06-01T08:00:00"),
    "date-time-local": ("2030-06-01T08:00:00", "2030-06-01T08:00:00+02:00"),
    "time-local": ("08:00", "8 o'clock"),
}


def models() -> Iterator[type[BaseModel]]:
    for module in pkgutil.walk_packages(shared_models.__path__, "shared_models."):
        importlib.import_module(module.name)
    queue: list[type[BaseModel]] = [Schema, Row]
    while queue:
        yield (kind := queue.pop())
        queue += kind.__subclasses__()


def formats(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if "format" in schema:
            yield schema["format"]
        for part in schema.get("anyOf", ()):
            yield from formats(part)


@pytest.mark.parametrize("mode", ["validation", "serialization"])
def test_a_time_is_an_instant_exactly_when_it_is_called_one(mode):
    seen = set()
    for kind in set(models()):
        for name, field in kind.model_fields.items():
            adapter: TypeAdapter[Any] = TypeAdapter(field.rebuild_annotation())
            found = set(formats(adapter.json_schema(mode=mode)))
            assert "time" not in found, (kind, name)
            if len(told := found & SAMPLES.keys()) == 1:
                seen |= told
                good, bad = SAMPLES[told.pop()]
                adapter.validate_python(good)
                with pytest.raises(ValidationError):
                    adapter.validate_python(bad)
    assert seen == set(SAMPLES)
