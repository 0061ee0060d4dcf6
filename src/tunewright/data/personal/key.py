"""The secret key of pseudonyms: kept outside the project, named in its settings by a fingerprint."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from tunewright.errors import DataError

VARIABLE = "TUNEWRIGHT_PSEUDONYM_KEY"
_BYTES = 32
_SETTING = "data.personal_data.key_fingerprint"


def make_key() -> tuple[str, Path]:
    """Make a key and keep it in a file that its owner alone can read.

    Returns:
        Its fingerprint and the file.
    """
    key = secrets.token_bytes(_BYTES)
    path = _path(fingerprint(key))
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key.hex() + "\n")
    return fingerprint(key), path


def find_key(wanted: str) -> bytes:
    """The key with a fingerprint, from the variable if it is set, else from its file.

    Raises:
        DataError: it is not there, is none, or is another.
    """
    path = _path(wanted)
    given = key_of_environment()
    where = VARIABLE if given else str(path)
    if not given:
        try:
            given = path.read_text(encoding="ascii")
        except FileNotFoundError:
            raise DataError(
                f"the key of the pseudonyms, {wanted}, is not on this machine",
                where=_SETTING,
                fix=f"copy its file to {path}, set {VARIABLE}, or make another: tunewright pseudonym-key",
            ) from None
        except UnicodeDecodeError:
            given = ""
    key = key_in(given, where)
    if not hmac.compare_digest(fingerprint(key), wanted):
        raise DataError(
            f"holds the key {fingerprint(key)}, not {wanted}, which {_SETTING} names",
            where=where,
            fix=f"put the right key there, or take this one: tunewright set {_SETTING}={fingerprint(key)}",
        )
    return key


def key_in(text: str, where: str) -> bytes:
    """The key that a text holds as 64 hex digits.

    Raises:
        DataError: it holds none.
    """
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) != _BYTES:
        raise DataError(
            f"holds no key: {2 * _BYTES} hex digits are needed", where=where, fix="tunewright pseudonym-key"
        )
    return key


def fingerprint(key: bytes) -> str:
    """A name of the key (12 hex digits) that does not give it away."""
    return hmac.new(key, b"tunewright: fingerprint of a key", hashlib.sha256).hexdigest()[:12]


def key_of_environment() -> str | None:
    """The text of the variable, which should hold a key; None if it is not set or empty."""
    return os.environ.get("TUNEWRIGHT_PSEUDONYM_KEY") or None


def _path(name: str) -> Path:
    folder = os.environ.get("XDG_CONFIG_HOME")
    base = Path(folder) if folder else Path.home() / ".config"
    return base / "tunewright" / "pseudonym-keys" / name
