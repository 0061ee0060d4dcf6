"""Messages of the libraries that a user can do nothing about, each named; everything else is shown."""

from __future__ import annotations

import logging
import warnings


def quiet_known_messages() -> None:
    """Drop two messages; call before peft or bitsandbytes is imported."""
    # Printed at import when the optional package `kernels` is not there.
    logging.getLogger("bitsandbytes.backends.cpu.ops").addFilter(_is_no_missing_kernel)
    # peft and trl still ask transformers by the old name.
    warnings.filterwarnings("ignore", message="`is_gradient_checkpointing`", category=FutureWarning)


def _is_no_missing_kernel(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith("Failed to load CPU gemm_4bit_forward")
