"""What becomes of a flagged row: it goes on, goes no further, or stops `prepare`."""

from __future__ import annotations

from collections.abc import Collection

from tunewright.config.schema.cleaning import FLAGS, Flag, FlagAction, Flags
from tunewright.data.raw_row import Discarded, Place

MEANING: dict[Flag, str] = {
    "refusal": "the answer declines the request",
    "boilerplate": "the answer speaks of itself as a model",
    "placeholder": "the answer holds a placeholder",
    "cut_off": "the answer ends in the middle of a sentence",
    "mojibake": "text was decoded in a wrong way",
    "length": "prompt or answer is far longer or shorter than the source's others",
    "conflict": "the prompt stands with different answers",
    "language": "the answer is in another language than the prompt",
}
_FIX: dict[Flag, str] = {
    "refusal": "write the answer that should be learnt, or take the row out",
    "boilerplate": "write the answer that should be learnt, or take the row out",
    "placeholder": "fill it in, or take the row out",
    "cut_off": "complete the answer, or take the row out",
    "mojibake": "export the file as UTF-8, or try data.cleaning.repair_mojibake=true",
    "length": "look at the row; raise data.cleaning.length_deviations if it is as it should be",
    "conflict": "decide for one answer and take the others out",
    "language": "write the answer in the language of the prompt, or take the row out",
}


def action_on(flag: Flag, settings: Flags) -> FlagAction:
    """What the settings say of a flag."""
    action: FlagAction = getattr(settings, flag)
    return action


def refused(flags: Collection[Flag], settings: Flags, place: Place) -> Discarded | None:
    """Why a row with these flags goes no further, `fail` before `drop`; None if it may go on."""
    for due in ("fail", "drop"):
        for flag in FLAGS:
            if flag in flags and action_on(flag, settings) == due:
                reason = f"flag {flag}: {MEANING[flag]}"
                return Discarded(place, reason, stops=due == "fail", flag=flag, fix=_FIX[flag])
    return None
