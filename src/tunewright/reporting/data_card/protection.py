"""What a data-protection officer asks, answered from settings and counts; what nobody declared is said."""

from __future__ import annotations

from collections.abc import Iterator

from tunewright.config.schema.personal_data import KINDS, PersonalData
from tunewright.reporting.data_card.inputs import DataCardInputs
from tunewright.reporting.data_card.personal_data import fates, found_sentence
from tunewright.reporting.data_card.view import Answered, Section
from tunewright.reporting.data_card.words import kind_name, listed

NEVER_SOUGHT = (
    "postal addresses, dates of birth, numbers written in words, addresses spelt out (“ada at engine dot "
    "io”), what pictures and attachments hold, and special categories such as health or religion"
)


def protection(inputs: DataCardInputs) -> Section:
    """The section for whoever answers for data protection."""
    policy = inputs.data.personal_data
    asked = (
        ("What the data is used for", tuple(_purpose(inputs))),
        ("Personal data that was found", (found_sentence(inputs.card),)),
        ("What became of it", tuple(_became(inputs))),
        ("What was looked for", tuple(_sought(inputs))),
        ("What was not looked for", tuple(_not_sought(inputs, policy))),
        ("Where the raw data lies", _RAW),
        ("Where prepared rows lie", _PREPARED),
        ("Who may see it", _WHO),
        ("Whether rows leave the project", (_trackers(inputs),)),
        ("Licences and agreements", tuple(_licences(inputs))),
        ("What this page cannot know", _UNKNOWN),
    )
    return Section(
        "protection",
        "For data protection",
        answers=tuple(Answered(question, sentences) for question, sentences in asked),
    )


_RAW = (
    "In data/raw/ of this project, and either in git or in DVC's cache and the DVC remotes it was pushed to.",
    "Raw rows hold every value as it was delivered.",
)
_PREPARED = (
    "In artifacts/data/ and DVC's cache. Predictions and the report's examples repeat test rows; this page's "
    "HTML may repeat a few other rows.",
    "A model that learns from the rows may repeat parts of them: its weights deserve the care of the rows.",
)
_WHO = (
    "Whoever can read the project's folder, DVC's cache or its remote. The project keeps no list of persons: "
    "access is granted where these are stored.",
)
_UNKNOWN = (
    "Legal basis, retention, what the persons concerned were told, and who is responsible: the project "
    "declares none of these. Keep them in your records of processing, with this page.",
)


def _purpose(inputs: DataCardInputs) -> Iterator[str]:
    yield inputs.task.description
    yield f"What the business measures: {inputs.task.kpi.measure}"


def _became(inputs: DataCardInputs) -> Iterator[str]:
    told = fates(inputs.card)
    yield from told or ("There was nothing to act on.",)
    if any(
        "pseudonymise" in actions
        for kinds in inputs.card.personal_data.values()
        for actions in kinds.values()
    ):
        yield (
            "Invented values are made with a secret key that lies outside the project. Who holds it can "
            "confirm a guess: treat rows that hold them as personal data."
        )


def _sought(inputs: DataCardInputs) -> Iterator[str]:
    policy = inputs.data.personal_data
    plural = "" if len(policy.kinds) == 1 else "s"
    if policy.kinds:
        yield f"{len(policy.kinds)} kind{plural}: {listed(tuple(kind_name(kind) for kind in policy.kinds))}."
    if policy.patterns:
        yield f"Kinds of the project's own: {listed(tuple(own.name for own in policy.patterns))}."
    if policy.ner is not None:
        names = listed(tuple(kind_name(entity.lower()) for entity in policy.ner.entities))
        yield f"By a language model ({policy.ner.model}), which misses many of them: {names}."
    if not (policy.kinds or policy.patterns or policy.ner):
        yield "Nothing: data.personal_data.kinds is empty."
    further = ", ".join(inputs.data.fields.meta)
    yield (
        "Searched: questions, answers, groups, ids"
        + (f" and the further fields {further}." if further else ".")
        + " Other fields of the raw rows are not taken over."
    )


def _not_sought(inputs: DataCardInputs, policy: PersonalData) -> Iterator[str]:
    if policy.ner is None:
        yield "Names of persons and places."
    yield f"Never looked for: {NEVER_SOUGHT}."
    off = tuple(kind_name(kind) for kind in KINDS if kind not in policy.kinds)
    if off:
        yield f"Switched off in this project: {listed(off)}."
    if inputs.task.kind == "classification":
        yield "The labels, which the project itself declares."
    yield (
        "What was looked for is not always found: nothing here proves that the rows hold no personal data. "
        "Values reserved for examples (ada@example.org, 555-0143) count as nobody's."
    )


def _trackers(inputs: DataCardInputs) -> str:
    if inputs.data.allow_rows_in_trackers:
        return "They may: data.allow_rows_in_trackers lets experiment trackers take rows, if they are set to."
    return "Not to experiment trackers: data.allow_rows_in_trackers is off. DVC remotes get what is pushed."


def _licences(inputs: DataCardInputs) -> Iterator[str]:
    for source in inputs.card.sources:
        yield f"{source.path}: {source.licence}"
