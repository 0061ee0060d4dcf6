"""Names and places by Presidio's spaCy recognizer: an opt-in, since it takes much for a name that is none."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from tunewright.config.schema.personal_data import Ner
from tunewright.data.personal.found import Found
from tunewright.data.personal.spacy_model import SETTING, labels_of, load_model, not_installed
from tunewright.data.personal.text import Text
from tunewright.errors import DataError

_SHORT, _REMEMBERED = 100, 4096
"""Characters, and texts: fields and stock phrases stand in many rows, and each takes milliseconds."""
_LONGEST = 10_000
"""Characters that the model reads at a time: its memory grows with them, and spaCy refuses a million."""


class Names:
    """Presidio's analyzer with its spaCy recognizer alone; the structured kinds are found without it."""

    def __init__(self, settings: Ner) -> None:
        """Load the model; nothing is downloaded.

        Raises:
            DataError: Presidio or the model is not installed, or the model finds no such entities.
        """
        self._entities = sorted(set(settings.entities))
        self._nlp = load_model(settings.model, settings.version)
        self._analyzer = _analyzer(self._nlp, self._entities)
        self._of_short = lru_cache(_REMEMBERED)(lambda whole: tuple(self._find(whole)))

    def __call__(self, text: Text) -> Iterator[Found]:
        """The entities of the settings; in the way of a structured kind, that one counts."""
        if len(text.whole) <= _SHORT:
            yield from self._of_short(text.whole)
        else:
            yield from self._find(text.whole)

    def _find(self, whole: str) -> Iterator[Found]:
        for start, piece in _pieces(whole):
            if not any(map(str.isalpha, piece)):
                continue
            with self._nlp.memory_zone():  # or its vocabulary grows with every new word
                results = self._analyzer.analyze(piece, language=self._nlp.lang, entities=self._entities)
            for result in results:
                yield from from_presidio(whole, start, result)


def from_presidio(whole: str, offset: int, result: Any) -> Iterator[Found]:  # noqa: ANN401 - RecognizerResult
    """A finding of Presidio's as one of ours; halved, its score never beats a structured kind's.

    Args:
        whole: the text.
        offset: where the piece that was analyzed begins in it.
        result: what was found in the piece.
    """
    start, end = offset + result.start, offset + result.end
    # What was cut out of the text before is line ends now, and the model takes some along.
    while start < end and not whole[start].isalnum():
        start += 1
    while start < end and not whole[end - 1].isalnum():
        end -= 1
    if start < end:
        value = " ".join(whole[start:end].casefold().split())
        yield Found(result.entity_type.lower(), start, end, result.score / 2, value)


def _pieces(whole: str) -> Iterator[tuple[int, str]]:
    """The text and where it begins; a very long one in pieces, cut where lines or words end."""
    start = 0
    while len(whole) - start > _LONGEST:
        end = start + _LONGEST
        half = start + _LONGEST // 2
        cut = max(whole.rfind("\n", half, end), whole.rfind(" ", half, end)) + 1
        end = cut or end
        yield start, whole[start:end]
        start = end
    yield start, whole[start:]


def _analyzer(nlp: Any, entities: list[str]) -> Any:  # noqa: ANN401 - Presidio has no types that we follow
    """Presidio's AnalyzerEngine around a spaCy pipeline.

    Raises:
        DataError: Presidio is not installed, or the pipeline knows no such entity.
    """
    try:
        from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
        from presidio_analyzer.nlp_engine import NerModelConfiguration, SpacyNlpEngine
        from presidio_analyzer.predefined_recognizers import SpacyRecognizer
    except ImportError as error:
        raise not_installed(error) from None
    engine = SpacyNlpEngine()
    engine.nlp = {nlp.lang: nlp}  # its own way of loading downloads, and takes a GPU where there is one
    named = engine.ner_model_configuration.model_to_presidio_entity_mapping
    known = {label: named.get(label, label) for label in labels_of(nlp)}
    for entity in entities:
        if entity not in known.values():
            raise DataError(
                f"the model finds no {entity!r}",
                where=f"{SETTING}.entities",
                fix=f"it finds: {', '.join(sorted(set(known.values())))}",
            )
    engine.ner_model_configuration = NerModelConfiguration(
        labels_to_ignore=sorted(label for label, entity in known.items() if entity not in entities)
    )
    registry = RecognizerRegistry(supported_languages=[nlp.lang])
    registry.add_recognizer(SpacyRecognizer(supported_language=nlp.lang, supported_entities=entities))
    return AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=[nlp.lang])
