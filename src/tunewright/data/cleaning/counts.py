"""What the data card says of flags: how many rows, in which split, which policy, a few ids; never a text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from tunewright.config.schema.cleaning import FLAGS, Flag, Flags
from tunewright.data.card import FlagCounts, LanguageCounts
from tunewright.data.cleaning.languages import LanguagesMet
from tunewright.data.cleaning.policy import MEANING, action_on
from tunewright.data.raw_row import Discarded
from tunewright.data.split import SPLITS, Parts

EXAMPLES = 5
"""Row ids that are named for each flag."""


def flag_counts(parts: Parts, discarded: Iterable[Discarded], settings: Flags) -> dict[str, FlagCounts]:
    """The flags that were met, in the order of the settings."""
    dropped = Counter(row.flag for row in discarded if row.flag)
    counts = {}
    for flag in FLAGS:
        ids = {name: [m.row.id for m in parts[name] if flag in m.row.flags] for name in SPLITS}
        examples = tuple([row for rows in ids.values() for row in rows][:EXAMPLES])
        if examples or dropped[flag]:
            rows = {name: len(found) for name, found in ids.items()}
            counts[str(flag)] = FlagCounts(action_on(flag, settings), rows, dropped[flag], examples)
    return counts


def language_counts(met: LanguagesMet) -> LanguageCounts:
    """The languages, the commonest first."""

    def ranked(counts: Counter[str]) -> dict[str, int]:
        return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0])))

    return LanguageCounts(met.rows, ranked(met.prompts), ranked(met.answers))


def flag_warnings(counts: Mapping[str, FlagCounts]) -> Iterator[str]:
    """A sentence for each flag of rows that stay; conflicts are counted by prompt elsewhere."""
    for flag in FLAGS:
        rows = _stay(counts, flag)
        if rows and flag != "conflict":
            shown = ", ".join(counts[flag].examples)
            more = " ..." if rows > len(counts[flag].examples) else ""
            yield (
                f"{rows} row{'s are' if rows > 1 else ' is'} flagged {flag}, {MEANING[flag]}: {shown}{more} "
                f"(data.cleaning.flags.{flag} says report; drop rejects such rows)"
            )


def _stay(counts: Mapping[str, FlagCounts], flag: Flag) -> int:
    return sum(counts[flag].rows.values()) if flag in counts else 0
