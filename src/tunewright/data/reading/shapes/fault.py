"""Why a row does not have the shape it is declared to have."""

from __future__ import annotations


class ShapeFaultError(Exception):
    """A row goes no further."""

    def __init__(self, reason: str, fix: str) -> None:
        """Hold the reason (the same words for the same mistake, no quote) and what to do."""
        super().__init__(reason)
        self.reason = reason
        self.fix = fix
