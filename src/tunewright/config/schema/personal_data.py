"""`data.personal_data`: which personal data is looked for in the rows, and what happens to it."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field

from tunewright.config.schema.node import Node

NonEmpty = Annotated[str, Field(min_length=1)]
Action = Literal["report", "redact", "pseudonymise", "drop", "fail"]
Kind = Literal[
    "email_address",
    "phone_number",
    "credit_card",
    "iban_code",
    "ip_address",
    "url_with_credentials",
    "api_key",
    "us_ssn",
    "us_itin",
    "us_driver_license",
    "ca_sin",
    "uk_nino",
    "uk_nhs",
    "au_tfn",
    "de_tax_id",
    "ch_ahv",
    "fr_nir",
    "be_nn",
    "nl_bsn",
    "es_nif",
    "es_nie",
    "it_fiscal_code",
    "pl_pesel",
    "se_personnummer",
    "fi_hetu",
    "dk_cpr",
    "in_pan",
    "in_aadhaar",
    "br_cpf",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""The structured kinds; in capitals they are Presidio's entity types wherever it has one."""


class OwnPattern(Node):
    """A kind of the project's own: order numbers, customer numbers.

    Attributes:
        name: names the kind in policies, counts and placeholders (`customer_number`).
        pattern: a regular expression in RE2's syntax, whose time grows with the text alone; it has neither
            look-around nor back-references.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    pattern: NonEmpty


class Rule(Node):
    """What happens to some kinds in some fields instead of `action`.

    Attributes:
        fields: `prompt` (all turns before the answer), `answer`, `group`, `id`, or `meta.NAME`; all fields
            if left out.
        kinds: names of kinds, of own patterns, or of NER's entities in lower case; all if left out.
        action: as in `personal_data.action`.
    """

    fields: tuple[NonEmpty, ...] = ()
    kinds: tuple[NonEmpty, ...] = ()
    action: Action


class Ner(Node):
    """Names and places, found by Presidio with a spaCy model; needs the extra `ner`.

    Attributes:
        model: an installed spaCy package (`en_core_web_sm`), or the folder of one; its language is the rows'.
        version: of the model, as `python -m spacy info MODEL` tells it; another one, which finds other names,
            stops `prepare`. null takes any.
        entities: Presidio's entity types to look for, as far as the model knows them: `PERSON`, `LOCATION`,
            `ORGANIZATION`, `NRP` (nationalities and groups), `DATE_TIME`.
    """

    model: NonEmpty
    version: NonEmpty | None = None
    entities: tuple[NonEmpty, ...] = Field(default=("PERSON", "LOCATION"), min_length=1)


class PersonalData(Node):
    """Which personal data `prepare` looks for in the rows, and what it does with it.

    Attributes:
        action: `redact` writes <EMAIL_ADDRESS_1> in its place, `pseudonymise` an invented value of the same
            form, `report` only counts, `drop` rejects the row, `fail` stops `prepare`.
        rules: exceptions by field and kind; the first that fits decides.
        kinds: the structured kinds to look for; an empty list looks for own patterns alone.
        patterns: kinds of the project's own.
        allow: what the answer must hold: the name of a kind, or `answer.KEY` for a key of an extraction. A
            value found there stays as it is, in the answer and in the rest of its row.
        phone_regions: countries (ISO 3166, `US`) whose numbers are known without +COUNTRY; each one more
            finds more numbers and takes more for one.
        consistency: one value gets one pseudonym within its `row` or in the whole `set`; the latter lets a
            reader link the rows of one person.
        key_fingerprint: names the secret key that pseudonyms are made with; `tunewright pseudonym-key`
            makes one. null where nothing is pseudonymised.
        ner: finds names and places too; null is off.
    """

    action: Action = "redact"
    rules: tuple[Rule, ...] = ()
    kinds: tuple[Kind, ...] = KINDS
    patterns: tuple[OwnPattern, ...] = ()
    allow: tuple[NonEmpty, ...] = ()
    phone_regions: tuple[Annotated[str, Field(pattern=r"^[A-Z]{2}$")], ...] = (
        "US",
        "GB",
        "DE",
        "FR",
        "ES",
        "IT",
        "NL",
        "CH",
    )
    consistency: Literal["row", "set"] = "row"
    key_fingerprint: Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")] | None = None
    ner: Ner | None = None
