"""Where and with what it runs: no name of a person or a host."""

from __future__ import annotations

import platform
from dataclasses import asdict
from typing import Any

from tunewright.models.machine import machine_record, package_versions


def environment() -> dict[str, Any]:
    """System, Python, packages and machine; the GPU stands in each stage's own timing."""
    return {
        "system": f"{platform.system()} {platform.release()}, {platform.machine()}",
        "python": platform.python_version(),
        "packages": package_versions(),
        "machine": asdict(machine_record()),
    }
