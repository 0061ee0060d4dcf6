"""Hashes and settings: what these very rows were made from and with."""

from __future__ import annotations

from tunewright.reporting.data_card.inputs import DataCardInputs
from tunewright.reporting.data_card.view import Section
from tunewright.reporting.facts import Table
from tunewright.secret_text import scrub


def lineage(inputs: DataCardInputs) -> Section:
    """Hashes of raw and prepared files, and every setting of `data`."""
    import yaml

    settings = scrub(inputs.data.model_dump(mode="json"))
    return Section(
        "lineage",
        "Hashes and settings",
        text=("Equal hashes mean equal bytes.",),
        tables=(
            Table(
                "Raw files",
                ("File", "SHA-256"),
                tuple((source.path, source.sha256) for source in inputs.card.sources),
            ),
            Table("Prepared files", ("File", "SHA-256"), tuple(sorted(inputs.hashes.items()))),
        ),
        code=str(yaml.safe_dump({"data": settings}, sort_keys=False, allow_unicode=True, width=100)),
    )
