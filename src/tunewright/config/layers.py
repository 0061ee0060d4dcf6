"""The files that make up a configuration, in the order in which they are laid over each other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml.comments import CommentedMap

from tunewright.config.merge import hydra_overrides, quiet_hydra
from tunewright.config.params_file import Params
from tunewright.config.places import CONF, conf_folders, shown
from tunewright.config.yaml_file import read_yaml


@dataclass(frozen=True)
class Layer:
    """One file of the composition.

    Attributes:
        shown: its name for people.
        package: dotted key below which its content goes; empty for the top.
        content: with line numbers.
    """

    shown: str
    package: str
    content: CommentedMap


def layers(params: Params, root: Path) -> list[Layer]:
    """What Hydra composes for these choices, later ones winning: its own defaults list, not our guess at it.

    Args:
        params: choices that compose.
        root: the project's folder.
    """
    from hydra import initialize_config_dir
    from hydra.core.global_hydra import GlobalHydra
    from hydra.types import RunMode

    with quiet_hydra(), initialize_config_dir(str((root / CONF).resolve()), version_base="1.3"):
        loader = GlobalHydra.instance().config_loader()
        overrides = hydra_overrides(params.choices)
        defaults = loader.compute_defaults_list("config", overrides, RunMode.RUN).defaults
    found = []
    for entry in defaults:
        path = _file(str(entry.config_path), root)
        if path is not None:
            name = shown(path, root)
            found.append(Layer(name, entry.package or "", read_yaml(path, name)))
    return found


def _file(config_path: str, root: Path) -> Path | None:
    """The file that Hydra reads for a path; None for what lies in Hydra itself."""
    candidates = (folder / f"{config_path}.yaml" for folder in conf_folders(root))
    return next((path for path in candidates if path.is_file()), None)
