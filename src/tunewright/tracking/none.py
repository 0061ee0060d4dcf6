"""`NoRun`: what is given to code that records, where nothing is to be recorded."""

from __future__ import annotations

from tunewright.tracking.run import Run


class NoRun(Run):
    """A run without a tracker."""

    def __init__(self) -> None:
        """Hand records to nobody."""
        super().__init__(())
