"""`data.cleaning`: made-up rows are checked, as `prepare` does it in each process, and flagged together."""

from __future__ import annotations

import json
from pathlib import Path

from tests.config.effects.effect import Effect
from tunewright.config.schema import Settings
from tunewright.data.checking import BatchCheck, Numbered, ToCheck
from tunewright.data.cleaning.all_rows import flag_all
from tunewright.data.cleaning.languages import languages_met
from tunewright.data.raw_row import Place, RawRow
from tunewright.data.rows import row_from

ODD = [
    ("A cafe\u0301 with \ufb01sh", "Fine."),
    ("A bell\x07 rings", "Fine."),
    ("Zero\u200bwidth", "Fine."),
    ("  Room to breathe ", "Fine."),
    ("DÃ¼nn", "Fine."),
    ("Refuse", "I can't help with that request."),
    ("Boast", "As an AI language model, I know."),
    ("Fill in", "Dear [your name], hello."),
    ("Break off", "It was sent on Monday. It will come to the"),
    ("Contradict", "Yes."),
    ("Contradict", "No."),
    ("Be long " * 30, "Fine."),
    (
        "Why did the parcel take so long to arrive here?",
        "Leider war der Fahrer in dieser Woche krank.",
    ),
]


def checked(settings: Settings, folder: Path) -> object:
    """What the rows become: their texts and flags, or why they go no further."""
    usual = [(f"Prompt {'of ' * (number % 5)} number {number}", "Fine.") for number in range(60)]
    rows = [
        Numbered(number, RawRow(Place("f", number, ""), {"prompt": prompt, "completion": answer}), "jsonl")
        for number, (prompt, answer) in enumerate([*usual, *ODD])
    ]
    work = ToCheck(folder, settings.data, settings.task.kind, settings.task.output)
    batch = BatchCheck(work)(rows)
    read = {
        row.number: row_from(json.loads(line))
        for row, line in zip(batch.candidates, batch.lines, strict=True)
    }
    sample = settings.data.cleaning.language_sample
    languages = languages_met(batch.candidates, read.__getitem__, sample, settings.task.kind)
    kept, rejected = flag_all(batch.candidates, settings.data.cleaning, settings.task.kind, languages.differ)
    stays = {row.number for row in kept}
    texts = [line for row, line in zip(batch.candidates, batch.lines, strict=True) if row.number in stays]
    reasons = [(row.reason, row.stops) for row in (*batch.discarded, *rejected)]
    return texts, [row.flags for row in kept], reasons, batch.cleaned, languages


EFFECTS = {
    f"data.cleaning.{key}": Effect(checked, value)
    for key, value in {
        "normalise": "NFKC",
        "control_characters": "reject",
        "invisible_characters": "keep",
        "trim": False,
        "repair_mojibake": True,
        "length_deviations": 20.0,
        "flags.refusal": "drop",
        "flags.boilerplate": "fail",
        "flags.placeholder": "drop",
        "flags.cut_off": "fail",
        "flags.mojibake": "drop",
        "flags.length": "fail",
        "flags.conflict": "drop",
        "language_sample": 1,
    }.items()
} | {"data.cleaning.flags.language": Effect(checked, "drop", {"data.cleaning.language_sample": None})}
