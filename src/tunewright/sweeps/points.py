"""The points of a sweep: composed and checked before the first one starts; those that are the same, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tunewright.config.compose import compose
from tunewright.config.params_file import edit_params, read_params_text
from tunewright.config.resolved import to_yaml
from tunewright.config.schema import Settings
from tunewright.errors import ConfigError, UsageError
from tunewright.sweeps.grammar import Combination


@dataclass(frozen=True)
class Point:
    """One configuration to compute.

    Attributes:
        assignments: what makes it differ from params.yaml.
        params: the text of its params.yaml.
        settings: what that resolves to.
    """

    assignments: Combination
    params: str
    settings: Settings

    @property
    def resolved(self) -> str:
        """The text of its resolved.yaml."""
        return to_yaml(self.settings)


@dataclass(frozen=True)
class Points:
    """What a sweep computes.

    Attributes:
        distinct: the points, in the order in which they were typed.
        dropped: for the user: values that go with an option that is left.
        repeated: for the user: points that are the same.
    """

    distinct: list[Point]
    dropped: list[str]
    repeated: list[str]


def compose_points(root: Path, combinations: Sequence[Combination]) -> Points:
    """Compose and check every combination as `tunewright set` would; nothing is written.

    Args:
        root: the project's folder.
        combinations: the assignments of each point.

    Raises:
        UsageError: every point that does not hold, with what is wrong with it.
    """
    text = read_params_text(root)
    bad: list[str] = []
    dropped_notes: dict[str, None] = {}
    repeated: dict[str, None] = {}
    found: dict[str, Point] = {}
    for combination in combinations:
        try:
            params, dropped = edit_params(text, [str(assignment) for assignment in combination])
            point = Point(combination, params, compose(root, params))
        except ConfigError as error:
            bad.append(f"{words(combination)}\n" + "\n".join(f"  {problem}" for problem in error.problems))
            continue
        chosen = {assignment.key: assignment for assignment in combination}
        for key in dropped:
            dropped_notes[f"{chosen[key.partition('.')[0]]} drops {key}, set for the option that is left"] = (
                None
            )
        first = found.setdefault(point.resolved, point)
        if first is not point:
            repeated[f"{words(combination)}: {_sameness(combination, first)}, computed once"] = None
    if bad:
        count = f"{len(bad)} of {len(combinations)} points" if len(combinations) > 1 else "the point"
        verb = "does" if len(bad) == 1 else "do"
        raise UsageError("\n".join([f"{count} {verb} not hold; nothing was started", *bad]))
    return Points(list(found.values()), list(dropped_notes), list(repeated))


def _sameness(combination: Combination, first: Point) -> str:
    same = combination == first.assignments
    return "typed more than once" if same else f"the same settings as {words(first.assignments)}"


def words(combination: Combination) -> str:
    """The assignments of a point as one would type them."""
    return " ".join(map(str, combination))
