"""bitsandbytes: does its library load, and does a 4-bit layer learn on this device?"""

from __future__ import annotations

from collections.abc import Iterator

from tunewright.doctor.examined import Examined
from tunewright.doctor.finding import Finding, ok, skipped, unchecked, warning, wrong
from tunewright.doctor.libraries import FourBit, Libraries

NEEDS_LIBRARIES = True
LEAST_COSINE = 0.97
"""NF4's rounding error leaves 0.99 of the gradient's direction; broken kernels leave almost nothing."""
UNCHANGED = 0.999


def check(examined: Examined) -> Iterator[Finding]:
    """The library, the layer and the trap of some CPUs; wrong only where the project uses 4-bit weights."""
    wanted = examined.settings is not None and (
        examined.settings.method.quantization is not None or examined.settings.evaluation.load_in_4bit
    )
    yield from judge(examined.libraries.result(), wanted=wanted)


def judge(libraries: Libraries, *, wanted: bool) -> Iterator[Finding]:
    """Judge what the probe said.

    Args:
        libraries: the probe's answers.
        wanted: whether the project uses 4-bit weights.
    """
    complain = wrong if wanted else warning
    four_bit, failures = libraries.four_bit, libraries.failures
    otherwise = "pip install --force-reinstall bitsandbytes, or do without: tunewright set method=lora"
    if libraries.torch is None:
        yield skipped("four_bit.library", "torch comes first")
    elif libraries.timed_out:
        yield unchecked("four_bit.layer", f"took too long (in {libraries.timed_out})")
    elif four_bit is None:
        failure = failures.get("bitsandbytes", "no answer")
        yield complain("four_bit.library", f"bitsandbytes cannot be imported: {failure}", fix=otherwise)
    elif not four_bit.loaded or (libraries.torch.devices and "Cuda" not in four_bit.library):
        yield complain(
            "four_bit.library",
            f"bitsandbytes {four_bit.version} cannot load its library for this device ({four_bit.library})",
            fix="python -m bitsandbytes says why; " + otherwise,
        )
    else:
        yield ok("four_bit.library", f"bitsandbytes {four_bit.version}, {four_bit.library}")
    if four_bit is not None and not libraries.timed_out:
        if "layer" in failures:
            yield complain("four_bit.layer", f"a 4-bit layer fails: {failures['layer']}", fix=otherwise)
        else:
            yield from _layer(four_bit, otherwise, wanted=wanted)


def _layer(four_bit: FourBit, otherwise: str, *, wanted: bool) -> Iterator[Finding]:
    place = four_bit.device
    if four_bit.gradient_cosine < LEAST_COSINE:
        message = (
            f"the gradient of a 4-bit layer is wrong (cosine {four_bit.gradient_cosine:.2f}, 0.99 is right)"
        )
        yield (wrong if wanted else warning)("four_bit.layer", message, place, otherwise)
    else:
        yield ok("four_bit.layer", f"a 4-bit layer runs forward and backward on {place}", place)
    if four_bit.cosine_after_validation < UNCHANGED:
        yield ok(
            "four_bit.repacking",
            "this CPU has avx512_bf16: bitsandbytes repacks 4-bit weights in the first validation pass, and "
            f"gradients after it are wrong (cosine {four_bit.cosine_after_validation:.2f}). tunewright's "
            "training switches that off and proves it before the first step; code of your own must do so too",
            place,
        )
    else:
        yield ok("four_bit.repacking", "a validation pass leaves the gradients as they are", place)
