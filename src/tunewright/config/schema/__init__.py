"""The typed settings: one file a group, `settings.py` for the whole."""

from tunewright.config.schema.settings import GROUPS, Settings

__all__ = ["GROUPS", "Settings"]
