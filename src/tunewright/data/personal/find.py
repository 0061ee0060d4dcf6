"""`Finder`: all personal data in a text, each place once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from tunewright.config.schema.personal_data import PersonalData
from tunewright.data.personal import accounts, addresses, secrets
from tunewright.data.personal.accounts import credit_cards, iban_codes
from tunewright.data.personal.addresses import (
    email_addresses,
    ipv4_addresses,
    ipv6_addresses,
    urls_with_credentials,
)
from tunewright.data.personal.found import Found, without_overlaps
from tunewright.data.personal.national_numbers import (
    NATIONAL_NUMBERS,
    naming_signs,
    national_numbers,
    telling_signs,
)
from tunewright.data.personal.own_patterns import OwnPatterns
from tunewright.data.personal.phones import phone_numbers
from tunewright.data.personal.placeholders import spans
from tunewright.data.personal.replace import blanked
from tunewright.data.personal.reserved import is_reserved
from tunewright.data.personal.secrets import api_keys
from tunewright.data.personal.signs import SignSet
from tunewright.data.personal.text import Text

OF_WORDS: dict[str, Callable[[Text], Iterator[Found]]] = {
    "email_address": email_addresses,
    "url_with_credentials": urls_with_credentials,
}
OF_NUMBERS: dict[str, Callable[[Text], Iterator[Found]]] = {
    "credit_card": credit_cards,
    "iban_code": iban_codes,
}
"""Looked for only where their `SIGNS` stand, which one quick pass tells for all kinds together."""


_SHORTEST = 6
"""Characters of the shortest finding of a structured kind, `a@b.de`."""


class Search(NamedTuple):
    """What a search of a text found.

    Attributes:
        found: in the order of the text, without overlaps and what is reserved for examples.
        reserved: something was left out that is reserved.
    """

    found: list[Found]
    reserved: bool


class Finder:
    """Finds the kinds that the settings name."""

    def __init__(self, settings: PersonalData) -> None:
        """Compile what the settings ask for.

        Raises:
            DataError: NER is asked for and cannot be had.
        """
        kinds = frozenset(settings.kinds)
        self._of_words = [find for kind, find in OF_WORDS.items() if kind in kinds]
        self._of_numbers = [(kind, find) for kind, find in OF_NUMBERS.items() if kind in kinds]
        self._keys = "api_key" in kinds
        self._ip = "ip_address" in kinds
        self._national = frozenset(kinds & NATIONAL_NUMBERS.keys())
        self._words = SignSet({**secrets.SIGNS, **addresses.SIGNS_OF_IPV6, **naming_signs(self._national)})
        self._numbers = SignSet({**accounts.SIGNS, **addresses.SIGNS, **telling_signs(self._national)})
        self._regions = settings.phone_regions if "phone_number" in kinds else None
        self._own = OwnPatterns(settings.patterns)
        self._shortest = 0 if settings.patterns or settings.ner is not None else _SHORTEST
        self._names = None
        if settings.ner is not None:
            from tunewright.data.personal.ner import Names

            self._names = Names(settings.ner)

    def __call__(self, whole: str, name: str = "") -> list[Found]:
        """What is found, in the order of the text, without overlaps and what is reserved for examples.

        Args:
            whole: the text.
            name: of the field or JSON key that holds it: `phone` says what the number in it is.
        """
        return self.search(whole, name).found

    def search(self, whole: str, name: str = "") -> Search:
        """The same, and whether anything reserved was left out."""
        if len(whole) < self._shortest:
            return Search([], reserved=False)
        left = spans(whole)
        return self._search(whole, left, Text(blanked(whole, left), name))

    def search_again(
        self, whole: str, name: str, taken: tuple[tuple[int, int], ...], *, everywhere: bool
    ) -> list[Found]:
        """What is found after all that was found has been replaced.

        Where the first search left nothing out, numbers can have come about near a replaced span alone: far
        from it, a number that counts would have been found before.

        Args:
            whole: the text.
            name: as before.
            taken: spans that are left alone, besides placeholders: all that was found before.
            everywhere: numbers are looked for in the whole text.
        """
        left = [*spans(whole), *taken]
        return self._search(
            whole, left, Text(blanked(whole, left), name, None if everywhere else taken)
        ).found

    def _search(self, whole: str, left: list[tuple[int, int]], text: Text) -> Search:
        found = without_overlaps(self._all(text), left)
        kept = [one for one in found if not is_reserved(one.kind, one.value, whole[one.start : one.end])]
        return Search(kept, reserved=len(kept) < len(found))

    def _all(self, text: Text) -> Iterator[Found]:
        for find in self._of_words:
            yield from find(text)
        words = self._words(text.context)
        if self._keys and words:
            yield from api_keys(text, words)
        if self._ip and "ipv6" in words:
            yield from ipv6_addresses(text)
        if text.has_numbers:
            numbers = self._numbers(text.near_numbers)
            if self._ip and "ipv4" in numbers:
                yield from ipv4_addresses(text)
            for kind, find in self._of_numbers:
                if kind in numbers:
                    yield from find(text)
            yield from national_numbers(text, self._national, told=numbers, named=words)
            if self._regions is not None:
                yield from phone_numbers(text, self._regions)
        yield from self._own(text)
        if self._names is not None:
            yield from self._names(text)
