"""DVC's remotes: configured, and do they answer? Each is asked once, with a short timeout."""

from __future__ import annotations

import http.client
import importlib.util
import os
import shutil
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from tunewright.doctor.dvc_settings import Remote, read_dvc_settings
from tunewright.doctor.examined import Examined
from tunewright.doctor.finding import Finding, ok, skipped, unchecked, warning, wrong
from tunewright.errors import TunewrightError

TIMEOUT_SECONDS = 5.0
SSH_PORT = 22
CLOUD = {"s3": "s3", "gs": "gs", "azure": "azure", "gdrive": "gdrive", "oss": "oss", "hdfs": "hdfs"}
CLOUD |= {"webhdfs": "webhdfs", "webdav": "webdav", "webdavs": "webdav", "ssh": "ssh"}
"""The package `dvc_NAME` that DVC needs for a scheme; http comes with DVC."""


def check(examined: Examined) -> Iterator[Finding]:
    """Every configured remote."""
    root = examined.root
    if root is None:
        return
    if not (root / ".dvc").is_dir():
        yield skipped("dvc.remote", "no .dvc folder")
        return
    try:
        settings = read_dvc_settings(root)
    except TunewrightError:
        yield skipped("dvc.remote", "DVC's settings cannot be read")
        return
    if not settings.remotes:
        fix = "dvc remote add -d NAME PATH_OR_URL"
        yield skipped("dvc.remote", "none configured: data and models stay on this machine", fix=fix)
    elif settings.default not in {remote.name for remote in settings.remotes}:
        named = (
            f"default remote {settings.default!r} does not exist" if settings.default else "no default remote"
        )
        fix = f"dvc remote default {settings.remotes[0].name}"
        yield (wrong if settings.default else warning)("dvc.remote", named, ".dvc/config", fix)
    for remote in settings.remotes:
        yield ask(remote)


def ask(remote: Remote) -> Finding:
    """Can the remote be reached? Where that takes an account of ours, it is said that it was not tried."""
    parts = urlsplit(remote.url)
    if "://" not in remote.url or parts.scheme == "file":
        return _folder(remote, Path(parts.path if parts.scheme == "file" else remote.url))
    plugin = CLOUD.get(parts.scheme)
    if plugin is not None and importlib.util.find_spec(f"dvc_{plugin}") is None:
        message = f"{parts.scheme} needs the package dvc-{plugin}, which is not installed"
        return wrong("dvc.remote", message, remote.name, f"pip install dvc-{plugin}")
    if parts.scheme in ("http", "https"):
        return _http(remote)
    if parts.scheme == "ssh":
        return _ssh(remote, parts.hostname or "", remote.port or parts.port)
    return skipped(
        "dvc.remote",
        f"not asked: {parts.scheme} answers only to an account",
        remote.name,
        f"dvc status --cloud --remote {remote.name}",
    )


def _folder(remote: Remote, path: Path) -> Finding:
    if path.is_dir():
        if os.access(path, os.W_OK):
            return ok("dvc.remote", f"{path} is there and can be written", remote.name)
        return warning("dvc.remote", f"{path} can be read, not written: no push", remote.name)
    if path.parent.is_dir() and os.access(path.parent, os.W_OK):
        return ok("dvc.remote", f"{path} is not there yet; dvc push makes it", remote.name)
    fix = f"mount it or make it: mkdir -p {path}"
    return wrong("dvc.remote", f"{path} is not there and cannot be made", remote.name, fix)


def _http(remote: Remote) -> Finding:
    parts = urlsplit(remote.url)
    host = parts.hostname or ""
    bare = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()  # a password stays out of requests
    try:
        request = urllib.request.Request(bare, method="HEAD")  # noqa: S310 - http or https alone come here
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS):  # noqa: S310
            return ok("dvc.remote", f"{host} answers", remote.name)
    except urllib.error.HTTPError as error:
        # Most servers refuse HEAD of a folder or want a login; that they speak at all is what is asked.
        if error.code < http.client.INTERNAL_SERVER_ERROR:
            return ok("dvc.remote", f"{host} answers ({error.code}); rights were not tried", remote.name)
        return warning("dvc.remote", f"{host} answers with an error ({error.code})", remote.name)
    except (OSError, ValueError, http.client.HTTPException) as error:
        return _silent(remote, host, error)


def _ssh(remote: Remote, host: str, port: int | None) -> Finding:
    host, port = _as_ssh_sees_it(host, port)
    try:
        with socket.create_connection((host, port), timeout=TIMEOUT_SECONDS) as connection:
            connection.settimeout(TIMEOUT_SECONDS)
            greeting = connection.recv(64)
    except OSError as error:
        return _silent(remote, host, error)
    if not greeting.startswith(b"SSH-"):
        return warning("dvc.remote", f"what answers at {host}, port {port}, is no ssh", remote.name)
    return ok("dvc.remote", f"{host} answers; the login was not tried", remote.name)


def _as_ssh_sees_it(host: str, port: int | None) -> tuple[str, int]:
    """Host and port after ~/.ssh/config, where `host` may be an alias."""
    if shutil.which("ssh") and host and not host.startswith("-"):
        done = subprocess.run(
            ["ssh", "-G", host], capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
        )
        said = dict(line.split(" ", 1) for line in done.stdout.splitlines() if " " in line)
        return said.get("hostname", host), port or int(said.get("port", SSH_PORT))
    return host, port or SSH_PORT


def _silent(remote: Remote, host: str, error: Exception) -> Finding:
    reason = getattr(error, "reason", None) or error
    if isinstance(reason, socket.gaierror):
        message = f"could not be asked: {host} is not known here; no network, or a name of another one"
        return unchecked("dvc.remote", message, remote.name)
    message = f"{host} does not answer within {TIMEOUT_SECONDS:.0f} s ({type(reason).__name__})"
    return warning("dvc.remote", message, remote.name, "check network and VPN; dvc remote list")
