"""`AnswerStore`: a folder of answers by the hash of what was asked; the question itself is not in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from tunewright.artifacts import write_json
from tunewright.endpoints.answer import Completion

_ENTRY = TypeAdapter(Completion)


class AnswerStore:
    """Kept answers, one a file, written whole or not at all: any number of processes may share them."""

    def __init__(self, folder: Path) -> None:
        """Take the folder; it is made with the first answer."""
        self._folder = folder

    def name_of(self, base_url: str, body: Mapping[str, object]) -> str:
        """The name of an answer: SHA-256 over the address and all that is sent; no key is part of it."""
        text = json.dumps([base_url.rstrip("/"), body], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()

    def get(self, name: str) -> Completion | None:
        """A kept answer; None if there is none, or if its file is damaged: then it is asked for again."""
        try:
            kept = _ENTRY.validate_json(self._file(name).read_bytes())
        except (FileNotFoundError, ValidationError):
            return None
        return replace(kept, from_cache=True)

    def put(self, name: str, completion: Completion) -> None:
        """Keep an answer."""
        write_json(self._file(name), _ENTRY.dump_python(completion, mode="json"))

    def _file(self, name: str) -> Path:
        return self._folder / name[:2] / f"{name}.json"
