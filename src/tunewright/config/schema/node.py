"""The base of every typed setting: frozen, no extra keys, and shy of undeclared reading."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict


class UndeclaredSettingError(AttributeError):
    """A stage read a setting that dvc.yaml does not list for it; a defect, not a user's mistake."""


class Node(BaseModel):
    """A group of settings.

    A stage receives a copy from which every key that its entry in dvc.yaml does not list was
    removed (see `tunewright.config.stage_settings`); reading a removed key raises.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, validate_default=True)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:  # noqa: ANN401
            """Name the setting and the cure where a plain AttributeError would puzzle."""
            if name in type(self).model_fields:
                raise UndeclaredSettingError(
                    f"{type(self).__name__}.{name} is not listed for this stage in dvc.yaml: "
                    "add it under `params` (tracked) or `meta.untracked` (may change freely)"
                )
            return super().__getattr__(name)
