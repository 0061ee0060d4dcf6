"""The typed settings: one file a group, `settings.py` for the whole."""

from tunewright.config.schema.experiment import Experiment
from tunewright.config.schema.settings import GENERATED, GROUPS, Settings

EXPERIMENT = "experiment"
"""The folder of overlays; no group, since params.yaml chooses none of them."""
LISTED = (*GROUPS, EXPERIMENT)
"""All folders of conf/ that hold options."""

__all__ = ["EXPERIMENT", "GENERATED", "GROUPS", "LISTED", "Experiment", "Settings"]
