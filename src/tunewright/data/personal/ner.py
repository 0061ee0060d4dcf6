"""Names and places by Presidio's spaCy recognizer: an opt-in, since it takes much for a name that is none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tunewright.config.schema.personal_data import Ner
from tunewright.data.personal.found import Found
from tunewright.data.personal.text import Text
from tunewright.errors import DataError

_SETTING = "data.personal_data.ner"


class Names:
    """Presidio's analyzer with its spaCy recognizer alone; the structured kinds are found without it."""

    def __init__(self, settings: Ner) -> None:
        """Load the model; nothing is downloaded.

        Raises:
            DataError: Presidio or the model is not installed.
        """
        self._settings = settings
        self._analyzer = _analyzer(settings)

    def __call__(self, text: Text) -> Iterator[Found]:
        """The entities of the settings; in the way of a structured kind, that one counts."""
        for result in self._analyzer.analyze(
            text.whole,
            language=self._settings.language,
            entities=list(self._settings.entities),
            score_threshold=self._settings.least_score,
        ):
            yield from_presidio(text.whole, result)


def from_presidio(whole: str, result: Any) -> Found:  # noqa: ANN401 - Presidio's RecognizerResult
    """A finding of Presidio's as one of ours; halved, its score never beats a structured kind's."""
    value = " ".join(whole[result.start : result.end].casefold().split())
    return Found(result.entity_type.lower(), result.start, result.end, result.score / 2, value)


def _analyzer(settings: Ner) -> Any:  # noqa: ANN401 - Presidio's AnalyzerEngine
    try:
        import spacy
        from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
        from presidio_analyzer.nlp_engine import NlpEngineProvider
        from presidio_analyzer.predefined_recognizers import SpacyRecognizer
    except ImportError as error:
        raise DataError(
            f"Presidio is not installed (no module {error.name})",
            where=_SETTING,
            fix="pip install 'tunewright[ner]', or tunewright set data.personal_data.ner=null",
        ) from None
    if not (spacy.util.is_package(settings.model) or Path(settings.model).is_dir()):
        raise DataError(
            f"there is no spaCy model {settings.model!r} on this machine",
            where=f"{_SETTING}.model",
            fix=f"python -m spacy download {settings.model}",
        )
    engine = NlpEngineProvider(
        nlp_configuration={
            "nlp_engine_name": "spacy",
            "models": [{"lang_code": settings.language, "model_name": settings.model}],
        }
    ).create_engine()
    registry = RecognizerRegistry(supported_languages=[settings.language])
    registry.add_recognizer(
        SpacyRecognizer(
            supported_language=settings.language, supported_entities=sorted(set(settings.entities))
        )
    )
    return AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=[settings.language])
