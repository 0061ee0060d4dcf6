"""Sources of the hub, through the hub's own library against a small server that speaks its protocol."""

from __future__ import annotations

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tunewright.config.schema.data import HubFile, Source
from tunewright.data.hub_file import fetch_source
from tunewright.data.reading.source_path import source_path
from tunewright.errors import DataError

COMMIT = "1" * 40
ROWS = b'{"prompt": "p", "completion": "c"}\n'


class Hub:
    """One file of one data set, and how it is refused."""

    def __init__(self) -> None:
        self.refusal = ""
        self.served: list[str] = []

    def answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        if self.refusal:
            return 403 if self.refusal == "GatedRepo" else 404, {"X-Error-Code": self.refusal}, b""
        if path != f"/datasets/acme/rows/resolve/{COMMIT}/data/train.jsonl":
            return 404, {"X-Error-Code": "EntryNotFound"}, b""
        self.served.append(path)
        return 200, {"ETag": f'"{hashlib.sha256(ROWS).hexdigest()}"', "X-Repo-Commit": COMMIT}, ROWS


@pytest.fixture
def hub(tmp_path, monkeypatch):
    from huggingface_hub import constants

    state = Hub()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            status, headers, content = state.answer(self.path.partition("?")[0])
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(content)

        do_HEAD = do_GET  # noqa: N815

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    endpoint = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(constants, "ENDPOINT", endpoint)
    template = endpoint + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub cache"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    yield state
    server.shutdown()
    server.server_close()


def source(**changes):
    named = {"repo_id": "acme/rows", "revision": COMMIT, "file": "data/train.jsonl", **changes}
    return Source(path="data/raw/from_hub/rows.jsonl", licence="x", hub=HubFile(**named))


def test_a_file_is_fetched_once_and_is_a_file_of_its_own(hub, tmp_path):
    path = tmp_path / source().path
    with pytest.raises(DataError) as caught:
        source_path(tmp_path, source())
    assert caught.value.fix == "tunewright fetch-data, or `dvc pull` it"
    assert fetch_source(tmp_path, source()) is True
    assert path.read_bytes() == ROWS
    assert not path.is_symlink()
    assert fetch_source(tmp_path, source()) is False
    assert source_path(tmp_path, source()) == path
    assert [file.name for file in path.parent.iterdir()] == ["rows.jsonl"]


def test_another_file_at_its_place_is_never_overwritten(hub, tmp_path):
    fetch_source(tmp_path, source())
    path = tmp_path / source().path
    path.write_bytes(b"mine")
    with pytest.raises(DataError, match="is there, and is another file than acme/rows has at 111111111111"):
        fetch_source(tmp_path, source())
    assert path.read_bytes() == b"mine"


def test_offline_the_hubs_cache_is_taken(hub, tmp_path, monkeypatch):
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(DataError, match="HF_HUB_OFFLINE forbids to fetch it"):
        fetch_source(tmp_path, source())
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    fetch_source(tmp_path, source())
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    (tmp_path / source().path).unlink()
    assert fetch_source(tmp_path, source()) is True


@pytest.mark.parametrize(
    ("refusal", "changes", "told"),
    [
        ("GatedRepo", {}, "data set acme/rows: is gated"),
        ("RepoNotFound", {}, "is not on the hub, or is private"),
        ("RevisionNotFound", {}, f"has no commit {COMMIT}"),
        ("", {"file": "data/other.jsonl"}, "has no file data/other.jsonl at 111111111111"),
        ("", {"repo_id": "acme--rows"}, "is no name of a data set"),
    ],
)
def test_what_cannot_be_had_is_told(hub, tmp_path, refusal, changes, told):
    hub.refusal = refusal
    with pytest.raises(DataError, match=told) as caught:
        fetch_source(tmp_path, source(**changes))
    assert caught.value.fix
    assert not (tmp_path / source().path).exists()


def test_a_hub_that_cannot_be_reached_is_told(hub, tmp_path, monkeypatch):
    from huggingface_hub import constants

    monkeypatch.setattr("time.sleep", lambda _: None)  # between the library's own attempts
    template = "http://127.0.0.1:9/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    with pytest.raises(DataError, match="the hub cannot be reached"):
        fetch_source(tmp_path, source())
