"""Row transforms: the project's own functions on raw rows, before anything is checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

from tunewright.data.raw_row import Discarded, RawRow
from tunewright.errors import DataError
from tunewright.extensions import FOLDER, RowTransform, failure, source_place


def chosen_transforms(
    names: Iterable[str], registered: Mapping[str, RowTransform]
) -> list[tuple[str, RowTransform]]:
    """The transforms that `data.transforms` names, in its order.

    Raises:
        DataError: a name that no module in `extensions/` registers.
    """
    chosen = []
    for name in names:
        if name not in registered:
            near = get_close_matches(name, registered, n=1)
            known = (
                f"registered are {', '.join(sorted(registered))}" if registered else "nothing is registered"
            )
            raise DataError(
                f"no transform {name!r}: {known} in {FOLDER}/",
                where="data.transforms",
                fix=f"write {near[0]}" if near else f"register it with @transform({name!r}) in {FOLDER}/",
            )
        chosen.append((name, registered[name]))
    return chosen


def apply(transforms: Sequence[tuple[str, RowTransform]], raw: RawRow) -> RawRow | Discarded:
    """The row after all transforms; rejected if one of them returns None.

    Raises:
        TunewrightError: a transform fails; names its file and line, and the row.
        DataError: a transform returns something else than a row; names its file and line, and the row.
    """
    values = raw.values
    for name, function in transforms:
        try:
            changed = function(values)
        except (Exception, SystemExit) as error:  # a project's code may raise anything
            failed = failure(f"transform {name!r}", error)
            failed.fix = f"mend the transform, or the row it fails on: {raw.place}"
            raise failed from error
        if changed is None:
            return Discarded(raw.place, f"rejected by the transform {name!r}")
        if not isinstance(changed, dict):
            raise DataError(
                f"transform {name!r} returned {type(changed).__name__} for {raw.place}",
                where=source_place(function),
                fix="return the row (a dict), or None to reject it",
            )
        values = changed
    return RawRow(raw.place, values)
