"""Where this template comes from, as a requirement line: generated projects pin the framework to it.

Told by the template's own place, so that `tunewright new` and plain cookiecutter give the same line;
standard library only.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

_REMOTE = re.compile(r"((git|hg)\+)?(git|ssh|file|https?):|\w+@[\w.]+:|(gh|gl|bb):")
"""How an address that cookiecutter clones begins, in place of a folder that it uses where it is."""


class UnknownSourceError(Exception):
    """The template lies apart from any tunewright that could be named."""


def requirement(template: Path, address: str, extras: Iterable[str] = ()) -> str:
    """The requirement that installs the very tunewright which this template belongs to.

    Args:
        template: the folder that holds cookiecutter.json.
        address: what cookiecutter was asked for: a folder or an address.
        extras: extras of tunewright that the project needs.

    Raises:
        UnknownSourceError: the folder is part of no installation, checkout or clone.
    """
    names = ",".join(sorted(extras))
    return f"tunewright{f'[{names}]' if names else ''}{_origin(template, address)}"


def extras_for(choices: Iterable[object], extras: Mapping[str, Iterable[str]]) -> list[str]:
    """The extras that the chosen options need."""
    chosen = set(choices)
    return [extra for extra, options in extras.items() if chosen & set(options)]


def _origin(template: Path, address: str) -> str:
    home = template.parent
    installed = sorted(home.parent.glob("tunewright-*.dist-info")) if home.name == "tunewright" else []
    if installed:
        return _of_installation(installed[-1])
    if not (home / "pyproject.toml").is_file():
        raise UnknownSourceError(
            f"{template} is a copy without tunewright beside it, so the project could not name what it was "
            "made with: use `tunewright new`, or a checkout's own template folder."
        )
    if address.endswith(".zip") and "://" in address:
        return f" @ {_without_password(address)}"
    if _REMOTE.match(address):
        return (
            f" @ {_git_address(_git(home, 'remote', 'get-url', 'origin'), _git(home, 'rev-parse', 'HEAD'))}"
        )
    return f" @ {home.as_uri()}"


def _of_installation(metadata: Path) -> str:
    """From what pip recorded (PEP 610): an address if it was installed by one, else the version."""
    version = metadata.name.removeprefix("tunewright-").removesuffix(".dist-info")
    record = metadata / "direct_url.json"
    if not record.is_file():
        return f"=={version}"
    origin = json.loads(record.read_text(encoding="utf-8"))
    if "vcs_info" in origin:
        return f" @ {_git_address(origin['url'], origin['vcs_info']['commit_id'])}"
    return f" @ {_without_password(origin['url'])}"


def _git_address(url: str, commit: str) -> str:
    """An address that pip takes, from any that git takes."""
    if "://" not in url:
        host, _, path = url.partition(":")
        url = f"ssh://{host}/{path}" if path and "/" not in host else Path(url).as_uri()
    return f"git+{_without_password(url)}@{commit}"


def _without_password(url: str) -> str:
    """The address without what would let a stranger in; of ssh the user stays, it is part of the address."""
    parts = urlsplit(url)
    user, _, host = parts.netloc.rpartition("@")
    keep = f"{user.partition(':')[0]}@" if user and parts.scheme.endswith("ssh") else ""
    return urlunsplit(parts._replace(netloc=keep + host))


def _git(folder: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments], check=True, capture_output=True, text=True
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise UnknownSourceError(
            f"{folder} is no git clone, so the project could not name what it was made with."
        ) from error
    return done.stdout.strip()
