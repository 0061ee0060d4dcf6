"""Alpaca: `instruction`, perhaps `input`, and `output`; one turn each.

As in https://github.com/tatsu-lab/stanford_alpaca, without its prompt template: the model's own chat template
says what is an instruction. `system` and `history`, which LLaMA-Factory has added, make a conversation of it.
"""

from __future__ import annotations

from typing import Any

from tunewright.data.reading.shapes.fault import ShapeFaultError

KEYS = ("instruction", "output")
INPUT = "input"


def alpaca(values: dict[str, Any], prompt: str, completion: str) -> dict[str, Any]:
    """The row with the instruction, a blank line and the input as prompt, and the output as completion.

    Args:
        values: of the row.
        prompt, completion: the fields under which they are to stand.

    Raises:
        ShapeFaultError: it is no such row, or something in it would be lost.
    """
    for key in KEYS:
        if key not in values:
            raise ShapeFaultError(f"has no field {key}", f"add {key}, or rename the field that holds it")
    instruction, more = values["instruction"], values.get(INPUT)
    if not isinstance(instruction, str) or not isinstance(more, (str, type(None))):
        raise ShapeFaultError("instruction or input is no text", "write both as text")
    if any(values.get(name) for name in ("system", "history")):
        raise ShapeFaultError(
            "has a system text or a history", "write the row as a conversation: messages of role and content"
        )
    rest = {name: value for name, value in values.items() if name not in (*KEYS, INPUT)}
    text = f"{instruction}\n\n{more}" if more and more.strip() else instruction
    return {**rest, prompt: text, completion: values["output"]}
