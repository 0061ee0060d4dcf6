"""A stand-in for Presidio and a spaCy model where they are not installed: it finds a few fixed words."""

import re
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from unittest.mock import patch

from tunewright.data.personal import ner
from tunewright.errors import DataError

MODEL = "made_up_model"
WORDS = {"PERSON": "Ada|Bill|Mark", "LOCATION": "Turin", "EMAIL_ADDRESS": r"\S+@\S+"}


@dataclass
class RecognizerResult:
    entity_type: str
    start: int
    end: int
    score: float


class Model:
    lang = "en"
    memory_zone = nullcontext


class AnalyzerEngine:
    def analyze(self, text, language, entities):
        assert language == Model.lang
        return [
            RecognizerResult(entity, *match.span(), 0.85)
            for entity in entities
            for match in re.finditer(WORDS[entity], text)
        ]


def load_model(name, version):
    if name != MODEL or version not in (None, "1.0"):
        raise DataError(f"there is no {name} {version}")
    return Model()


@contextmanager
def stubbed():
    """Have the stubs take Presidio's and spaCy's place, with one model "installed"."""
    with patch.multiple(ner, load_model=load_model, _analyzer=lambda nlp, entities: AnalyzerEngine()):
        yield
