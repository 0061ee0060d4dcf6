"""`tunewright fetch-data`: every source of the hub, and what to type next."""

from types import SimpleNamespace

import pytest

from tunewright.cli import fetch_data as command
from tunewright.config.schema.data import HubFile, Source
from tunewright.errors import UsageError

HUB = HubFile(repo_id="acme/rows", revision="1" * 40, file="rows.jsonl")
OWN = Source(path="data/raw/own.jsonl", licence="x")
THEIRS = [Source(path=f"data/raw/{name}.jsonl", licence="x", hub=HUB) for name in ("a b", "there")]


def run(monkeypatch, tmp_path, sources):
    asked = []

    def fetch_source(_, source):
        asked.append(source)
        return "there" not in source.path

    monkeypatch.setattr(command, "compose", lambda _: SimpleNamespace(data=SimpleNamespace(sources=sources)))
    monkeypatch.setattr(command, "fetch_source", fetch_source)
    command.fetch_data(tmp_path)
    return asked


def test_sources_of_the_hub_are_fetched_and_what_is_new_is_to_be_added(monkeypatch, tmp_path, capsys):
    assert run(monkeypatch, tmp_path, [OWN, *THEIRS]) == THEIRS
    assert capsys.readouterr().out.splitlines() == [
        "data/raw/a b.jsonl fetched",
        "data/raw/there.jsonl is there already",
        "so that every experiment sees it:",
        "  dvc add 'data/raw/a b.jsonl'",
    ]


def test_without_such_a_source_it_says_how_to_write_one(monkeypatch, tmp_path):
    with pytest.raises(UsageError, match=r"no source in data\.sources names a file of the hub") as caught:
        run(monkeypatch, tmp_path, [OWN])
    assert "repo_id" in caught.value.fix
