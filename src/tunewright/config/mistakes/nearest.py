"""The allowed name that is nearest to what was typed, and what is strange about what was typed."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable

_LOOK_ALIKES = str.maketrans("аеорсухіјѕԁһӏԛԝαονρτυικ", "aeopcyxijsdhlqwaovptuik")  # Cyrillic and Greek


def nearest(given: str, allowed: Iterable[str], likeness: float = 0.6) -> str | None:
    """The allowed name that `given` was probably meant to be; case, spaces and hyphens hardly count."""
    by_folded = {_folded(name): name for name in allowed}
    found = difflib.get_close_matches(_folded(given), by_folded, n=1, cutoff=likeness)
    return by_folded[found[0]] if found else None


def did_you_mean(given: str, allowed: Iterable[str]) -> str:
    """The question to ask, with what the eye cannot see in the name; empty if nothing is near."""
    near = nearest(given, allowed)
    parts = [f"did you mean {near!r}?"] if near is not None else []
    return " ".join([*parts, *strangeness(given)])


def strangeness(given: str) -> list[str]:
    """Sentences on characters that look like others, or like nothing."""
    found = []
    if given != given.strip():
        found.append("it begins or ends with a space")
    for sign in dict.fromkeys(given.strip()):
        if not sign.isascii() or not sign.isprintable():
            name = unicodedata.name(sign, f"U+{ord(sign):04X}")
            found.append(f"it holds {sign!r} ({name.lower()})")
    return found


def _folded(name: str) -> str:
    shown = "".join(
        sign for sign in unicodedata.normalize("NFKC", name) if unicodedata.category(sign) != "Cf"
    )
    return shown.casefold().translate(_LOOK_ALIKES).strip().replace("-", "_").replace(" ", "_")
