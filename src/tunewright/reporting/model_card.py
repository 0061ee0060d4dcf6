"""`render_model_card`: reports/model_card.md, in the form that model hubs read (YAML front matter, markdown).

It holds no text of any row.
"""

from __future__ import annotations

import re
from typing import Any

from tunewright.reporting import comparison, facts, numbers
from tunewright.reporting.data_card.personal_data import fates, found_sentence
from tunewright.reporting.inputs import ReportInputs
from tunewright.reporting.names import TUNED
from tunewright.reporting.rationale import decision_facts
from tunewright.reporting.review_facts import review_facts
from tunewright.reporting.templates import fenced, render_markdown
from tunewright.reporting.verdict_view import criterion_rows, verdict_view

_LICENCE_ID = re.compile(r"[a-z0-9][a-z0-9.+-]*")


def render_model_card(inputs: ReportInputs) -> str:
    """Render the card; the same inputs give the same text."""
    return render_markdown("model_card.md.j2", _context(inputs))


def _context(inputs: ReportInputs) -> dict[str, Any]:
    from markupsafe import Markup

    return {
        "front_matter": Markup(_front_matter(inputs)),  # noqa: S704 - YAML, quoted by its writer
        "instructions": Markup(fenced(inputs.task.instructions.strip())),  # noqa: S704 - fenced
        "project": inputs.project,
        "task": inputs.task,
        "decision_facts": decision_facts(inputs.task.rationale),
        "version": inputs.version,
        "base_model": str(inputs.base_model),
        "source": inputs.base_model.source,
        "licence": inputs.base_model.licence,
        "method": inputs.choices.method,
        "verdict": verdict_view(inputs.verdict),
        "criteria": criterion_rows(inputs.verdict),
        "notes": comparison.notes(inputs),
        "sources": inputs.card.sources,
        "personal_data": (found_sentence(inputs.card), *fates(inputs.card)),
        "funnel": facts.funnel(inputs),
        "review": review_facts(inputs.card.review),
        "training_facts": facts.training_facts(inputs),
        "cost": facts.cost_lines(inputs),
        "rows": numbers.count(len(inputs.predictions[TUNED])),
        "confidence": f"{100 * inputs.evaluation.statistics.confidence:g} %",
        "contestant_names": list(inputs.contestants.values()),
        "blocks": comparison.blocks(inputs),
        "limits": _limits(inputs),
        "hashes": sorted(inputs.hashes.items()),
        "seed": str(inputs.seed),
        "packages": facts.versions(inputs),
    }


def _front_matter(inputs: ReportInputs) -> str:
    import yaml

    licence = inputs.base_model.licence.strip().lower()
    values: dict[str, Any] = {
        "base_model": inputs.base_model.name,
        "library_name": "transformers" if inputs.method.lora is None else "peft",
        "pipeline_tag": "text-generation",
    }
    if _LICENCE_ID.fullmatch(licence):
        values["license"] = licence
    else:
        values |= {"license": "other", "license_name": inputs.base_model.licence}
    values["tags"] = ["tunewright", inputs.choices.method, inputs.task.kind]
    return str(yaml.safe_dump(values, sort_keys=False, allow_unicode=True))


def _limits(inputs: ReportInputs) -> list[str]:
    """What this very model does badly or what its data warns of."""
    found = []
    if not inputs.verdict.accepted:
        found.append("It did not meet its acceptance criteria: do not put it into use.")
    cut = sum(not row.finished for row in inputs.predictions[TUNED])
    if cut:
        limit = inputs.evaluation.max_new_tokens
        found.append(f"{numbers.count(cut)} of its answers did not end within {limit} tokens.")
    return [*found, *inputs.card.warnings]
