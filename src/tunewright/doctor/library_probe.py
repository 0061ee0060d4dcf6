"""Run in a process of its own: import torch and bitsandbytes, run a 4-bit layer, tell each step in JSON.

A step is told empty when it begins, and again with its facts or its failure when it ends. So whoever
reads knows in which step the process died.
"""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    import torch

ROWS, WIDTH = 16, 256


def main() -> None:
    """Take the steps until one fails; whatever the libraries print goes to standard error."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    steps: dict[str, Callable[[], dict[str, object]]] = {
        "torch": _torch,
        "bitsandbytes": _bitsandbytes,
        "layer": _layer,
    }
    for name, step in steps.items():
        _tell(answers, name, {})
        try:
            facts = step()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the answer
            lines = str(error).strip().splitlines() or [""]
            _tell(answers, name, {"failure": f"{type(error).__name__}: {lines[0]}"})
            return
        _tell(answers, name, facts)


def _tell(answers: TextIO, step: str, answer: dict[str, object]) -> None:
    print(json.dumps([step, answer]), file=answers, flush=True)


def _torch() -> dict[str, object]:
    import torch

    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        usable = torch.cuda.is_available()
    devices = [
        {
            "name": torch.cuda.get_device_name(number),
            "memory_gb": round(torch.cuda.get_device_properties(number).total_memory / 2**30, 1),
            "bf16": torch.cuda.get_device_capability(number) >= (8, 0) or torch.version.hip is not None,
        }
        for number in range(torch.cuda.device_count() if usable else 0)
    ]
    return {
        "version": torch.__version__,
        "cuda": torch.version.cuda,
        "hip": torch.version.hip,
        "devices": devices,
        "cuda_error": " ".join(str(said[-1].message).split()) if said and not usable else "",
        "mps": torch.backends.mps.is_available(),
    }


def _bitsandbytes() -> dict[str, object]:
    import bitsandbytes
    from bitsandbytes.cextension import ErrorHandlerMockBNBNativeLibrary, lib
    from bitsandbytes.functional import has_avx512bf16

    return {
        "version": bitsandbytes.__version__,
        "library": type(lib).__name__,
        "loaded": not isinstance(lib, ErrorHandlerMockBNBNativeLibrary),
        "avx512_bf16": bool(has_avx512bf16()),
    }


def _layer() -> dict[str, object]:
    """One NF4 layer as QLoRA uses it: forward and backward, and again after a pass in validation mode."""
    import torch
    from bitsandbytes.nn import Linear4bit

    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(0)
    dense = torch.nn.Linear(WIDTH, WIDTH, bias=False)
    layer = Linear4bit(WIDTH, WIDTH, bias=False, compute_dtype=torch.float32, quant_type="nf4")
    layer.load_state_dict(dense.state_dict())
    layer.to(device)
    rows = torch.randn(ROWS, WIDTH)
    right = _gradient(dense, rows)
    before = _gradient(layer, rows.to(device))
    layer.eval()
    with torch.no_grad():
        layer(rows.to(device))
    layer.train()
    after = _gradient(layer, rows.to(device))
    return {
        "device": device,
        "gradient_cosine": _cosine(before, right),
        "cosine_after_validation": _cosine(after, before),
    }


def _gradient(layer: torch.nn.Module, rows: torch.Tensor) -> torch.Tensor:
    """The gradient of half the squared output by the rows, in fp32 on the CPU; zero if none came."""
    import torch

    rows = rows.clone().requires_grad_()
    (layer(rows).float().square().sum() / 2).backward()
    return torch.zeros(rows.shape) if rows.grad is None else rows.grad.float().cpu()


def _cosine(one: torch.Tensor, other: torch.Tensor) -> float:
    import torch

    return float(torch.nn.functional.cosine_similarity(one.flatten(), other.flatten(), dim=0))


if __name__ == "__main__":
    main()
