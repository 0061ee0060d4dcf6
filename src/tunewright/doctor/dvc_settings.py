"""DVC's settings of a project: remotes, cache folder, kind of locks; all four levels, as DVC merges them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tunewright.errors import TunewrightError


@dataclass(frozen=True)
class Remote:
    """A remote.

    Attributes:
        name: in DVC's settings.
        url: address or absolute path; may hold a password, so never printed as it is.
        port: of ssh, if it is set apart from the address.
    """

    name: str
    url: str
    port: int | None = None


@dataclass(frozen=True)
class DvcSettings:
    """What doctor needs of DVC's settings.

    Attributes:
        remotes: all that are configured.
        default: name of the default remote; empty if there is none.
        cache: folder of the cache.
        hardlink_lock: whether DVC locks by hard links (for network file systems).
    """

    remotes: tuple[Remote, ...] = field(default=())
    default: str = ""
    cache: Path = Path(".dvc/cache")
    hardlink_lock: bool = False


def read_dvc_settings(root: Path) -> DvcSettings:
    """Read DVC's settings as DVC does.

    Raises:
        TunewrightError: they cannot be read.
    """
    from dvc.config import Config, ConfigError

    try:
        config = Config(str(root / ".dvc"))
    except ConfigError as error:
        raise TunewrightError(
            str(error), where=".dvc/config", fix="dvc config --list --show-origin"
        ) from error
    remotes = tuple(
        Remote(name, str(values["url"]), int(values["port"]) if values.get("port") else None)
        for name, values in config["remote"].items()
        if "url" in values
    )
    own = config["cache"].get("dir")
    return DvcSettings(
        remotes=remotes,
        default=str(config["core"].get("remote") or ""),
        cache=Path(own) if own else root / ".dvc" / "cache",
        hardlink_lock=bool(config["core"].get("hardlink_lock")),
    )
