"""Counts of personal data for the data card: fields, kinds and actions, never a value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tunewright.data.personal.guard import Tally

PersonalCounts = dict[str, dict[str, dict[str, int]]]
"""Field -> kind -> action -> how often."""


def by_field(counts: Mapping[Tally, int]) -> PersonalCounts:
    """The counts nested, in alphabetical order."""
    nested: PersonalCounts = {}
    for (field, kind, action), count in sorted(counts.items()):
        nested.setdefault(field, {}).setdefault(kind, {})[action] = count
    return nested


def left_in(counts: PersonalCounts) -> Iterator[str]:
    """A sentence for each field in which the policy lets personal data stay."""
    for field, kinds in counts.items():
        stays = {kind: actions["report"] for kind, actions in kinds.items() if "report" in actions}
        if stays:
            said = ", ".join(f"{count} {kind}" for kind, count in stays.items())
            yield f"personal data stays in {field}: {said} (data.personal_data says report)"
