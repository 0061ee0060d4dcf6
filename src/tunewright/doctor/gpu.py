"""The GPU's driver, and whether this build of torch can use it."""

from __future__ import annotations

from collections.abc import Iterator

from tunewright.doctor.examined import Examined
from tunewright.doctor.finding import Finding, ok, unchecked, warning, wrong
from tunewright.doctor.libraries import Libraries, Torch
from tunewright.doctor.nvidia import Nvidia, ask_nvidia

NEEDS_LIBRARIES = True
SELECTOR = "choose the command for this machine at https://pytorch.org/get-started/locally"


def check(examined: Examined) -> Iterator[Finding]:
    """The driver, torch's import and torch's build."""
    wanted = examined.settings is not None and examined.settings.hardware.device == "cuda"
    nvidia = ask_nvidia()
    yield driver(nvidia, wanted=wanted)
    yield from torch_build(examined.libraries.result(), nvidia, wanted=wanted)


def driver(nvidia: Nvidia, *, wanted: bool) -> Finding:
    """Is there a GPU, and does its driver answer?

    Args:
        nvidia: what driver and bus say.
        wanted: whether the project's hardware profile says cuda.
    """
    complain = wrong if wanted else warning
    if nvidia.gpus:
        names = ", ".join(f"{gpu.name} ({gpu.memory_gb:.0f} GB)" for gpu in nvidia.gpus)
        return ok("gpu.driver", f"{names}, driver {nvidia.gpus[0].driver}")
    if nvidia.driver_error:
        fix = "restart the machine if the driver was updated; else install it anew, then: nvidia-smi"
        return complain("gpu.driver", f"the NVIDIA driver fails: {nvidia.driver_error}", fix=fix)
    if nvidia.on_the_bus:
        message = "an NVIDIA GPU is on the bus, but no driver is installed"
        return complain("gpu.driver", message, fix="install NVIDIA's driver, then: nvidia-smi")
    return ok("gpu.driver", "no NVIDIA GPU")


def torch_build(libraries: Libraries, nvidia: Nvidia, *, wanted: bool) -> Iterator[Finding]:
    """Can torch be imported, and was it built for what is here?"""
    torch = libraries.torch
    if torch is None:
        if libraries.timed_out:
            yield unchecked("gpu.torch", f"importing took too long (in {libraries.timed_out})")
        else:
            failure = libraries.failures.get("torch") or libraries.failures.get("python") or "no answer"
            fix = "pip install --force-reinstall torch; a CPU that is too old needs a build for it"
            yield wrong("gpu.torch", f"torch cannot be imported: {failure}", fix=fix)
        return
    complain = wrong if wanted else warning
    if torch.devices:
        built = f"CUDA {torch.cuda}" if torch.cuda else f"ROCm {torch.hip}"
        yield ok("gpu.torch", f"torch {torch.version} ({built}) uses {len(torch.devices)} GPU(s)")
    elif nvidia.present and torch.cuda is None:
        message = f"torch {torch.version} is a build without CUDA, and this machine has an NVIDIA GPU"
        yield complain("gpu.torch", message, fix=f"pip uninstall torch, then {SELECTOR}")
    elif nvidia.present:
        reason = torch.cuda_error or "CUDA_VISIBLE_DEVICES hides it, or driver and build do not fit"
        yield complain(
            "gpu.torch",
            f"torch {torch.version} (CUDA {torch.cuda}) cannot use the GPU: {reason}",
            fix="echo $CUDA_VISIBLE_DEVICES; update the driver, or " + SELECTOR,
        )
    elif torch.cuda and wanted:
        message = f"torch {torch.version} was built for CUDA {torch.cuda}, and there is no GPU driver"
        yield wrong("gpu.torch", message, fix="nvidia-smi; without a GPU: tunewright set hardware=cpu")
    else:
        yield ok("gpu.torch", _without_gpu(torch))


def _without_gpu(torch: Torch) -> str:
    if torch.cuda:
        return f"torch {torch.version} was built for CUDA {torch.cuda}; without a GPU it runs on the CPU"
    return f"torch {torch.version} {'with mps' if torch.mps else 'for the CPU'}"
