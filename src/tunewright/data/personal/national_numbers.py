"""National numbers of persons: a pattern each, python-stdnum's check, and a word where that is weak."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from tunewright.data.personal.found import Found
from tunewright.data.personal.text import Number, Text, counts_others


@dataclass(frozen=True)
class NationalNumber:
    """How one country writes a number of persons.

    Attributes:
        pattern: without what must not stand around it.
        module: of python-stdnum, with `is_valid`; empty where the pattern is all there is to check.
        words: in lower case; `*` stands for the rest of a word.
        bare: a form that counts only after one of `words`; empty for none.
        never: beginnings of which no number is given out.
    """

    pattern: str
    module: str = ""
    words: tuple[str, ...] = ()
    bare: str = ""
    never: tuple[str, ...] = ()


NATIONAL_NUMBERS: dict[str, NationalNumber] = {
    "us_ssn": NationalNumber(
        r"[0-9]{3}-[0-9]{2}-[0-9]{4}",
        "us.ssn",
        bare=r"[0-9]{3} ?[0-9]{2} ?[0-9]{4}",
        words=("ssn", "social security*"),
    ),
    "us_itin": NationalNumber(
        r"9[0-9]{2}-[5-9][0-9]-[0-9]{4}", "us.itin", bare=r"9[0-9]{8}", words=("itin", "taxpayer*")
    ),
    "us_driver_license": NationalNumber(
        "", words=("driver* licen*", "driving licen*"), bare=r"[A-Z]{0,2}[0-9][0-9-]{5,14}[0-9]"
    ),
    "ca_sin": NationalNumber(
        "", "ca.sin", ("sin", "social insurance*"), bare=r"[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{3}"
    ),
    # HMRC, National Insurance Manual NIM39110: letters that never stand in the prefix; no check digit.
    "uk_nino": NationalNumber(
        r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]",
        never=("BG", "GB", "KN", "NK", "NT", "TN", "ZZ"),
    ),
    "uk_nhs": NationalNumber("", "gb.nhs", ("nhs",), bare=r"[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}"),
    "au_tfn": NationalNumber("", "au.tfn", ("tfn", "tax file*"), bare=r"[0-9]{3} ?[0-9]{3} ?[0-9]{2,3}"),
    "de_tax_id": NationalNumber(
        "", "de.idnr", ("steuer*", "idnr", "id-nr", "tax id*"), bare=r"[0-9]{2} ?[0-9]{3} ?[0-9]{3} ?[0-9]{3}"
    ),
    "ch_ahv": NationalNumber(r"756\.?[0-9]{4}\.?[0-9]{4}\.?[0-9]{2}", "ch.ssn"),
    "fr_nir": NationalNumber(
        r"[12] ?[0-9]{2} ?[0-9]{2} ?[0-9][0-9AB] ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}", "fr.nir"
    ),
    "be_nn": NationalNumber(r"[0-9]{2}\.[0-9]{2}\.[0-9]{2}-[0-9]{3}\.[0-9]{2}", "be.nn"),
    "nl_bsn": NationalNumber(
        "", "nl.bsn", ("bsn", "burgerservice*", "sofinummer"), bare=r"[0-9]{4}[ .]?[0-9]{2}[ .]?[0-9]{2,3}"
    ),
    "es_nif": NationalNumber(r"[0-9]{8}-?[A-HJ-NP-TV-Z]", "es.dni"),
    "es_nie": NationalNumber(r"[XYZ]-?[0-9]{7}-?[A-HJ-NP-TV-Z]", "es.nie"),
    "it_fiscal_code": NationalNumber(
        r"[A-Z]{6}[0-9L-NP-V]{2}[A-EHLMPRST][0-9L-NP-V]{2}[A-Z][0-9L-NP-V]{3}[A-Z]", "it.codicefiscale"
    ),
    "pl_pesel": NationalNumber("", "pl.pesel", ("pesel",), bare=r"[0-9]{11}"),
    "se_personnummer": NationalNumber(r"(?:19|20)?[0-9]{6}[-+][0-9]{4}", "se.personnummer"),
    "fi_hetu": NationalNumber(r"[0-9]{6}[-+A-FU-Y][0-9]{3}[0-9A-FHJ-NPR-Y]", "fi.hetu"),
    # Numbers given out since 2007 need not pass the check: a word is needed.
    "dk_cpr": NationalNumber("", "", ("cpr*", "personnummer"), bare=r"[0-3][0-9][01][0-9]{3}-?[0-9]{4}"),
    "in_pan": NationalNumber(r"[A-Z]{3}[ABCFGHLJPTK][A-Z][0-9]{4}[A-Z]", "in_.pan"),
    "in_aadhaar": NationalNumber(
        "", "in_.aadhaar", ("aadhaar", "aadhar", "uid"), bare=r"[2-9][0-9]{3} ?[0-9]{4} ?[0-9]{4}"
    ),
    "br_cpf": NationalNumber(r"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}", "br.cpf", ("cpf",), bare=r"[0-9]{11}"),
}


def telling_signs(kinds: Collection[str]) -> dict[str, list[str]]:
    """Kind -> what stands in `Text.near_numbers` wherever a number of its telling form does."""
    numbers = {kind: NATIONAL_NUMBERS[kind] for kind in NATIONAL_NUMBERS if kind in kinds}
    return {kind: [number.pattern] for kind, number in numbers.items() if number.pattern}


def naming_signs(kinds: frozenset[str]) -> dict[str, list[str]]:
    """Kind -> the words in `Text.context` that name it; `named` for all of them, as words of their own."""
    hints = {one.kind: [re.escape(hint) for hint in one.hints] for one in _compiled(kinds)}
    # A hint within letters is no word: "sin" in "using".
    return {**hints, "named": [f"(?:^|[^a-z]){hint}" for several in hints.values() for hint in several]}


def national_numbers(
    text: Text, kinds: frozenset[str], *, told: frozenset[str], named: frozenset[str]
) -> Iterator[Found]:
    """The numbers of these kinds: of a telling form, or of a bare one after a word that names it.

    Args:
        text: the text.
        kinds: those looked for.
        told: those of which `telling_signs` stand in the text.
        named: `naming_signs` that do.
    """
    names = "named" in named
    if not names and told.isdisjoint(kinds):
        return
    for number in _compiled(kinds):
        if number.kind in told and number.telling is not None:
            for match in text.numbers(number.telling):
                if number.is_number(match) and not counts_others(text.before(match.start)):
                    yield number.found(match, 0.95)
        if names and number.kind in named and number.bare is not None:
            for match in text.numbers(number.bare):
                if number.is_number(match) and number.words.search(text.before(match.start)):
                    yield number.found(match, 0.97)


@dataclass(frozen=True)
class _Compiled:
    """A national number, ready to be searched; `hints` begin its words and are quick to look for."""

    kind: str
    telling: re.Pattern[str] | None
    bare: re.Pattern[str] | None
    words: re.Pattern[str]
    hints: tuple[str, ...]
    never: tuple[str, ...]
    is_valid: Callable[[str], bool]

    def is_number(self, match: Number) -> bool:
        # Dots, hyphens and a plus carry meaning for some countries; spaces for none.
        return not match.written.startswith(self.never) and self.is_valid(match.written.replace(" ", ""))

    def found(self, match: Number, score: float) -> Found:
        value = "".join(filter(str.isalnum, match.written)).upper()
        return Found(self.kind, match.start, match.end, score, value)


@cache
def _compiled(kinds: frozenset[str]) -> tuple[_Compiled, ...]:
    """Each kind's own patterns."""
    return tuple(_one(kind, number) for kind, number in NATIONAL_NUMBERS.items() if kind in kinds)


def _one(kind: str, number: NationalNumber) -> _Compiled:
    module = import_module(f"stdnum.{number.module}") if number.module else None
    words = "|".join(re.escape(word).replace(r"\*", "[a-z']*") for word in number.words)
    return _Compiled(
        kind,
        _bounded(number.pattern) if number.pattern else None,
        _bounded(number.bare) if number.bare else None,
        re.compile(rf"(?<![a-z])(?:{words})(?![a-z])"),
        tuple(word.partition("*")[0] for word in number.words),
        number.never,
        module.is_valid if module is not None else lambda _: True,
    )


def _bounded(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![0-9A-Za-z])(?<![0-9][.,-])(?:{pattern})(?![0-9A-Za-z]|[.,-][0-9])")
