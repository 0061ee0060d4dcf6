"""`FaultError`: why a row is rejected."""

from __future__ import annotations


class FaultError(Exception):
    """Why a row is rejected."""

    def __init__(self, reason: str, fix: str = "") -> None:
        """Hold the reason, which quotes names of fields, roles and functions alone, and what to do."""
        super().__init__(reason)
        self.fix = fix
