"""The typed settings: one file a group, `settings.py` for the whole."""

from tunewright.config.schema.settings import GENERATED, GROUPS, Settings

__all__ = ["GENERATED", "GROUPS", "Settings"]
