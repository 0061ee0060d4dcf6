"""A stand-in for Presidio and spaCy where they are not installed: it finds a few fixed words."""

import re
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from unittest.mock import patch

MODEL = "made_up_model"


@dataclass
class RecognizerResult:
    entity_type: str
    start: int
    end: int
    score: float


class AnalyzerEngine:
    def __init__(self, registry, nlp_engine, supported_languages):
        assert nlp_engine.models == [{"lang_code": supported_languages[0], "model_name": nlp_engine.name}]
        self.asked_for = registry.recognizers[0].entities

    def analyze(self, text, language, entities, score_threshold):
        assert sorted(entities) == self.asked_for
        names = {
            "PERSON": "Ada" if language == "en" else "Eva",
            "LOCATION": "Turin",
            "EMAIL_ADDRESS": r"\S+@\S+",
        }
        found = [
            RecognizerResult(entity, *match.span(), 0.85 if entity != "LOCATION" else 0.5)
            for entity in entities
            for match in re.finditer(names[entity], text)
        ]
        return [one for one in found if one.score >= score_threshold]


class RecognizerRegistry:
    def __init__(self, supported_languages):
        self.recognizers = []

    def add_recognizer(self, recognizer):
        self.recognizers.append(recognizer)


class SpacyRecognizer:
    def __init__(self, supported_language, supported_entities):
        self.entities = supported_entities


class NlpEngineProvider:
    def __init__(self, nlp_configuration):
        self.models = nlp_configuration["models"]
        self.name = self.models[0]["model_name"]

    def create_engine(self):
        return self


@contextmanager
def stubbed():
    """Have the stubs imported in Presidio's place, with one model "installed"."""
    spacy, presidio, engine, recognizers = map(
        ModuleType,
        (
            "spacy",
            "presidio_analyzer",
            "presidio_analyzer.nlp_engine",
            "presidio_analyzer.predefined_recognizers",
        ),
    )
    spacy.util = ModuleType("spacy.util")
    spacy.util.is_package = lambda name: name.startswith(MODEL)
    presidio.AnalyzerEngine, presidio.RecognizerRegistry = AnalyzerEngine, RecognizerRegistry
    engine.NlpEngineProvider = NlpEngineProvider
    recognizers.SpacyRecognizer = SpacyRecognizer
    modules = {module.__name__: module for module in (spacy, presidio, engine, recognizers)}
    with patch.dict(sys.modules, modules):
        yield
