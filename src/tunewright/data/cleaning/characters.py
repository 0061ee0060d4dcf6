"""Characters that no reader sees: which are removed, which become a line feed, and which must stay."""

from __future__ import annotations

import re

# Joining controls shape words in these scripts (Arabic to Myanmar, Khmer, Mongolian, the Indic ones of the
# higher planes); after emoji and the variation selector they make one picture of several.
_JOINING = (
    r"\u0600-\u109f\u1780-\u18af\u1900-\u1cff\ua800-\uabff\ufb50-\ufdff\ufe70-\ufefc"
    r"\U00010a00-\U00011fff\U0001e900-\U0001e95f"
)
_PICTURES = r"\u2190-\u2bff\u3030\u303d\u3297\u3299\ufe0f\U0001f000-\U0001faff"

LINE_ENDS = re.compile(r"\r\n?|[\v\f\x85\u2028\u2029]")
"""All that ends a line but the line feed (The Unicode Standard, 5.8, "Newline Guidelines")."""

CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
"""Control characters and noncharacters, without tab and line feed."""

_FLAG_OF_REGION = r"\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,6}\U000e007f"
_ALWAYS = (
    r"\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb"
    r"\U000e0000-\U000e007f"
)
INVISIBLE = re.compile(
    rf"(?P<stays>{_FLAG_OF_REGION})"
    rf"|[{_ALWAYS}]"
    rf"|(?<![{_JOINING}{_PICTURES}])[\u200c\u200d]"
    r"|(?<=[\ufe00-\ufe0f\U000e0100-\U000e01ef])[\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
"""Invisible characters that go: format characters, tags outside of a region's flag, joiners outside of
scripts and emoji, and a variation selector after another."""

_SUSPECTS = re.compile(
    rf"[{_ALWAYS}\u200c\u200d\U000e0100-\U000e01ef]|[\ufe00-\ufe0f][\ufe00-\ufe0f]|\U000e007f"
)
"""Is in every text with an invisible character; quick, and mostly not there."""

# What cp1252 has where ISO 8859-1 has control characters that nobody writes; NEL is left, it ends lines.
_CP1252 = {
    code: bytes([code]).decode("cp1252")
    for code in range(0x80, 0xA0)
    if code not in (0x81, 0x85, 0x8D, 0x8F, 0x90, 0x9D)
}
_CP1252_READ_AS_LATIN1 = re.compile(r"[\x80\x82-\x84\x86-\x8c\x8e\x91-\x9c\x9e\x9f]")


def has_invisible(text: str) -> bool:
    """Whether the text holds an invisible character that would go."""
    return bool(_SUSPECTS.search(text)) and any(not found["stays"] for found in INVISIBLE.finditer(text))


def without_invisible(text: str) -> str:
    """The text without invisible characters."""
    return INVISIBLE.sub(lambda found: found["stays"] or "", text) if _SUSPECTS.search(text) else text


def from_cp1252(text: str) -> str:
    """Control characters that are quotes, dashes and the euro sign of cp1252, as these.

    Decoders of the web do the same (WHATWG Encoding Standard: the label latin1 means windows-1252).
    """
    return text.translate(_CP1252) if _CP1252_READ_AS_LATIN1.search(text) else text
