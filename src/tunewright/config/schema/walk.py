"""Walk the schema: which value stands at a dotted key, and every key there is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from tunewright.config.schema.node import Node

_SINGLE = (bool, int, float, str, type(None))


@dataclass(frozen=True)
class Slot:
    """A place of the schema that takes a value.

    Attributes:
        key: dotted key; entries of a list are written `0`.
        annotation: its type.
        constraints: ranges, lengths and patterns, as pydantic keeps them.
        required: nothing is taken when it is left out.
    """

    key: str
    annotation: Any
    constraints: tuple[Any, ...]
    required: bool

    @property
    def nodes(self) -> tuple[type[Node], ...]:
        """The groups of settings that it may hold."""
        return tuple(part for part in alternatives(self.annotation) if is_node(part))

    @property
    def is_single(self) -> bool:
        """Whether it takes neither lists nor mappings."""
        bare = [without_annotated(part)[0] for part in alternatives(self.annotation)]
        return all(part in _SINGLE or get_origin(part) is Literal for part in bare)


def slots(model: type[Node], prefix: str = "") -> Iterator[Slot]:
    """Every slot below a model, parents before what they hold."""
    for name, field in model.model_fields.items():
        slot = _slot(field, f"{prefix}.{name}" if prefix else name)
        yield slot
        for node in slot.nodes:
            yield from slots(node, slot.key)
        for entry in _entries(slot):
            yield entry
            for node in entry.nodes:
                yield from slots(node, entry.key)


def slot_at(model: type[Node], path: Sequence[str]) -> Slot | None:
    """The slot at a path below a model; parts that the schema does not know (pydantic's tags) are skipped."""
    slot: Slot | None = None
    node: type[Node] | None = model
    for part in path:
        if node is not None and part in node.model_fields:
            slot = _slot(node.model_fields[part], f"{slot.key}.{part}" if slot else part)
        elif slot is not None and part.isdigit() and (entry := next(_entries(slot), None)):
            slot = Slot(f"{slot.key}.{part}", entry.annotation, entry.constraints, required=True)
        elif slot is not None and (value := _value_of_mapping(slot)) is not None:
            annotation, constraints = without_annotated(value)
            slot = Slot(f"{slot.key}.{part}", annotation, constraints, required=True)
        else:
            continue
        node = slot.nodes[0] if slot.nodes else None
    return slot


def _value_of_mapping(slot: Slot) -> Any:  # noqa: ANN401 - any annotation
    """The type of the values of a mapping with free keys; None for others, and where any value will do."""
    values = [get_args(part)[1] for part in alternatives(slot.annotation) if get_origin(part) is dict]
    return values[0] if values and values[0] is not Any else None


def alternatives(annotation: Any) -> tuple[Any, ...]:  # noqa: ANN401 - any annotation
    """The types of a union; the type itself if it is none."""
    return get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)


def without_annotated(annotation: Any) -> tuple[Any, tuple[Any, ...]]:  # noqa: ANN401 - any annotation
    """The bare type and its constraints."""
    if get_origin(annotation) is not Annotated:
        return annotation, ()
    bare, *more = get_args(annotation)
    return bare, tuple(c for extra in more for c in (extra.metadata if isinstance(extra, FieldInfo) else ()))


def is_node(value: Any) -> bool:  # noqa: ANN401 - any annotation
    """Whether a type is a group of settings."""
    return isinstance(value, type) and issubclass(value, Node)


def _slot(field: FieldInfo, key: str) -> Slot:
    return Slot(key, field.annotation, tuple(field.metadata), field.is_required())


def _entries(slot: Slot) -> Iterator[Slot]:
    for part in alternatives(slot.annotation):
        bare, _ = without_annotated(part)
        if get_origin(bare) is tuple:
            entry, constraints = without_annotated(get_args(bare)[0])
            yield Slot(f"{slot.key}.0", entry, constraints, required=True)
