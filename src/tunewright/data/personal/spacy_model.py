"""A spaCy model as far as it finds names: loaded without a download, without what else it can do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tunewright.errors import DataError

SETTING = "data.personal_data.ner"
_GRAMMAR = {
    "attribute_ruler",
    "lemmatizer",
    "morphologizer",
    "parser",
    "senter",
    "tagger",
    "trainable_lemmatizer",
}
"""spaCy's components that no statistical `ner` reads anything of."""


def load_model(name: str, version: str | None = None) -> Any:  # noqa: ANN401 - spacy.Language
    """The pipeline; what finding names does not need is switched off, which doubles its speed.

    Args:
        name: an installed spaCy package, or a folder that `Language.to_disk` has written.
        version: the one that it must be; None for any.

    Raises:
        DataError: spaCy or the model is not there, is another version, cannot be loaded or finds no names.
    """
    try:
        import spacy
    except ImportError as error:
        raise not_installed(error) from None
    installed = spacy.util.get_installed_models()
    if name not in installed and not (Path(name) / "meta.json").is_file():
        there = f"; installed: {', '.join(sorted(installed))}" if installed else ""
        raise DataError(
            f"there is no spaCy model {name!r} on this machine{there}",
            where=f"{SETTING}.model",
            fix=f"python -m spacy download {name}",
        )
    try:
        nlp = spacy.load(name)
    except (OSError, ValueError, ImportError) as error:
        raise DataError(
            f"the spaCy model {name!r} cannot be loaded: {error}",
            where=f"{SETTING}.model",
            fix=f"python -m spacy validate says which models fit; python -m spacy download {name}",
        ) from error
    there = nlp.meta["version"]
    if version is not None and there != version:
        raise DataError(
            f"the spaCy model {name!r} is version {there}, not {version}: it would find other names",
            where=f"{SETTING}.version",
            fix=f"install {name} {version}, or tunewright set {SETTING}.version={there}",
        )
    if not _finders(nlp):
        raise DataError(
            f"the spaCy model {name!r} finds no names: it has {', '.join(nlp.pipe_names) or 'no components'}",
            where=f"{SETTING}.model",
            fix="name a model with a component `ner`, as en_core_web_sm has",
        )
    _switch_off(nlp)
    return nlp


def labels_of(nlp: Any) -> set[str]:  # noqa: ANN401 - spacy.Language
    """What the model calls the names that it can find: `PERSON`, `GPE`, ..."""
    return {label for name in _finders(nlp) for label in nlp.get_pipe(name).labels}


def not_installed(error: ImportError) -> DataError:
    """The error where a package of the extra `ner` is missing."""
    return DataError(
        f"Presidio is not installed (no module {error.name})",
        where=SETTING,
        fix="pip install 'tunewright[ner]', or tunewright set data.personal_data.ner=null",
    )


def _finders(nlp: Any) -> list[str]:  # noqa: ANN401 - spacy.Language
    """Names of the components that say where names stand."""
    return [name for name in nlp.pipe_names if "doc.ents" in nlp.get_pipe_meta(name).assigns]


def _switch_off(nlp: Any) -> None:  # noqa: ANN401 - spacy.Language
    """Switch grammar off; not where rules find names, which may ask for parts of speech or lemmas."""
    finders = _finders(nlp)
    if any(nlp.get_pipe_meta(name).factory not in ("ner", "beam_ner") for name in finders):
        return
    for name in list(nlp.pipe_names):
        factory = nlp.get_pipe_meta(name).factory
        listeners = getattr(nlp.get_pipe(name), "listening_components", None)
        unheard = factory == "tok2vec" and listeners is not None and not set(listeners) & set(finders)
        if factory in _GRAMMAR or unheard:
            nlp.disable_pipe(name)
