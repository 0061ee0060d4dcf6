"""What prompts and answers take, as a table."""

from __future__ import annotations

from dataclasses import dataclass

from tunewright.reporting import numbers
from tunewright.reporting.inputs import ReportInputs
from tunewright.reporting.names import TOKEN_TITLES


@dataclass(frozen=True)
class TokenRow:
    """One contestant: value and interval of each count."""

    name: str
    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class TokenUseTable:
    """A column a count, a row a contestant."""

    titles: tuple[str, ...]
    rows: tuple[TokenRow, ...]


def token_use_view(inputs: ReportInputs) -> TokenUseTable:
    """All contestants."""
    return TokenUseTable(
        tuple(TOKEN_TITLES[name] for name in inputs.token_use),
        tuple(
            TokenRow(
                name,
                tuple(
                    (
                        numbers.decimal(used[who].mean.value),
                        numbers.plain_interval(used[who].mean.low, used[who].mean.high),
                    )
                    for used in inputs.token_use.values()
                ),
            )
            for who, name in inputs.contestants.items()
        ),
    )
