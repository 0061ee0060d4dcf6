"""`model`: what is fetched, what is estimated from sizes."""

from __future__ import annotations

from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from tests.config.effects.effect import SHARED, Effect
from tests.config.effects.of_evaluation import tiny_folder
from tests.config.effects.of_training import estimated
from tunewright.config.compose import compose
from tunewright.config.schema import Settings
from tunewright.models import fetch, hub
from tunewright.models.cache import Entry

ROOT = Path(__file__).parents[3]


@cache
def other_folder() -> Path:
    """A model folder whose name differs from the tiny model's."""
    folder = Path(SHARED.name) / "other"
    folder.mkdir()
    for path in tiny_folder().iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


def fetched(settings: Settings, _: Path) -> object:
    """The record of a fetch, the folder in the cache, and which wheels would be taken."""
    where: list[object] = []

    def obtain(folder: Path, fill: object, fits: Any) -> Entry:
        where.append(folder.name)
        where.append([fits(Entry(folder, {}, wheel)) for wheel in ("a" * 64, "b" * 64)])
        return Entry(folder, {}, None)

    def commit_of(repo_id: str, revision: str | None, *, with_code: bool) -> str:
        return f"commit of {repo_id} at {revision}"

    with patch.object(fetch, "obtain", obtain), patch.object(hub, "commit_of", commit_of):
        return asdict(fetch.fetch(settings.model, None)), where


def composed_rate(settings: Settings, _: Path) -> object:
    """The learning rate of method=lora, composed with this rate of the model."""
    text = "".join(f"{group}: {option}\n" for group, option in settings.choices)
    value = settings.model.adapter_learning_rate
    return compose(ROOT, f"{text}set: {{model: {{adapter_learning_rate: {value}}}}}\n").method.learning_rate


TINY = {"model.source": "tiny"}
HUB = {"model.source": "hub", "model.repo_id": "example/model"}
PYPI = {
    "model.source": "pypi",
    "model.package": "example-model",
    "model.package_version": "1.0",
    "model.gguf_file": "example/model.gguf",
}
SIZES = {
    "parameters": 135 * 10**6,
    "hidden_size": 512,
    "intermediate_size": 1024,
    "num_hidden_layers": 20,
    "num_attention_heads": 8,
    "num_key_value_heads": 4,
    "vocab_size": 30000,
}
BIGGER = {
    **dict.fromkeys(SIZES, 2048),
    "parameters": 9 * 10**9,
    "num_hidden_layers": 40,
    "vocab_size": 900000,
}
BIGGER |= {"num_attention_heads": 16, "num_key_value_heads": 8}

EFFECTS = {
    "model.source": Effect(fetched, "hub", {"model.repo_id": "example/model"}, lawful=False),
    "model.package": Effect(fetched, "another-model", PYPI),
    "model.package_version": Effect(fetched, "2.0", PYPI),
    "model.gguf_file": Effect(fetched, "example/other.gguf", PYPI),
    "model.sha256": Effect(fetched, "a" * 64, PYPI),
    "model.repo_id": Effect(fetched, "example/other", HUB),
    "model.revision": Effect(fetched, "v2", HUB),
    "model.path": Effect(
        fetched,
        lambda: str(other_folder()),
        {"model.source": "path", "model.path": lambda: str(tiny_folder())},
    ),
    "model.licence": Effect(fetched, "MIT"),
    "model.trust_remote_code": Effect(fetched, True, HUB),
    "model.adapter_learning_rate": Effect(composed_rate, 0.01, {"choices.method": "lora"}),
    "model.sizes": Effect(estimated, None),
    **{f"model.sizes.{name}": Effect(estimated, BIGGER[name]) for name in SIZES},
}
