"""Source `hub`, through the hub's own library against a small server that speaks its protocol."""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
from dataclasses import asdict, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tunewright.artifacts import sha256_file
from tunewright.config.schema.model import Model
from tunewright.errors import ModelError
from tunewright.models.fetch import fetch, resolve

FIRST, SECOND = "1" * 40, "2" * 40
REPOSITORY = "acme/tiny-instruct"
TOKEN = "hf_do_not_show_this"


class Hub:
    """One repository with two commits; counts what is asked of it."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.commits = {FIRST: files, SECOND: {**files, "generation_config.json": b"{}"}}
        self.main = FIRST
        self.refusal = ""
        self.cut_after: int | None = None
        self.served: list[str] = []

    def answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        path = path.partition("?")[0].strip("/")
        if self.refusal:
            return 403 if self.refusal == "GatedRepo" else 404, {"X-Error-Code": self.refusal}, b""
        if not path.removeprefix("api/models/").startswith(REPOSITORY):
            return 404, {"X-Error-Code": "RepoNotFound"}, b""
        parts = path.removeprefix("api/models/").removeprefix(REPOSITORY).strip("/").split("/", 2)
        revision = parts[1] if len(parts) > 1 else "main"
        commit = {"main": self.main}.get(revision, revision)
        if commit not in self.commits:
            return 404, {"X-Error-Code": "RevisionNotFound"}, b""
        files = self.commits[commit]
        if parts[0] == "revision":
            return 200, {}, json.dumps({"id": REPOSITORY, "sha": commit, "siblings": []}).encode()
        if parts[0] == "tree":
            return 200, {}, json.dumps([self.describe(name, files[name]) for name in files]).encode()
        content = files[parts[2]]
        self.served.append(parts[2])
        etag = hashlib.sha256(content).hexdigest() if parts[2].endswith("safetensors") else git_hash(content)
        return 200, {"ETag": f'"{etag}"', "X-Repo-Commit": commit}, content

    @staticmethod
    def describe(name: str, content: bytes) -> dict[str, object]:
        entry: dict[str, object] = {
            "type": "file",
            "path": name,
            "size": len(content),
            "oid": git_hash(content),
        }
        if name.endswith("safetensors"):
            digest = hashlib.sha256(content).hexdigest()
            entry["lfs"] = {"oid": digest, "size": len(content), "pointerSize": 100}
        return entry


def git_hash(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()  # noqa: S324


@pytest.fixture
def hub(tiny_folder, tmp_path, monkeypatch, cache):
    files = {path.name: path.read_bytes() for path in tiny_folder.iterdir()}
    unwanted = ("pytorch_model.bin", "own_code.py", "onnx/config.json", "consolidated.safetensors")
    state = Hub({**files, **dict.fromkeys(unwanted, b"unwanted")})

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            status, headers, content = state.answer(self.path)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command == "GET":
                whole = state.cut_after is None or len(content) <= state.cut_after
                self.wfile.write(content if whole else content[: state.cut_after])
                self.close_connection = not whole

        do_HEAD = do_GET  # noqa: N815

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    from huggingface_hub import constants

    point_to(f"http://127.0.0.1:{server.server_port}", monkeypatch)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub cache"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    yield state
    server.shutdown()
    server.server_close()


def model(**changes):
    return Model(source="hub", licence="apache-2.0", **{"repo_id": REPOSITORY, **changes})


def point_to(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What HF_ENDPOINT does in a fresh process: no request of these tests leaves the machine."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "ENDPOINT", endpoint)
    template = endpoint + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)


def go_offline(monkeypatch):
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)


def test_an_open_revision_becomes_a_commit_and_only_the_model_is_fetched(hub, tiny_folder, capfd):
    record = fetch(model(), None)
    assert (record.source, record.name, record.revision) == ("hub", REPOSITORY, FIRST)
    assert record.files == {path.name: sha256_file(path) for path in tiny_folder.iterdir()}
    assert {path.name for path in resolve(record).iterdir()} == {*record.files, ".tunewright.json"}
    assert set(hub.served) == set(record.files)
    said = capfd.readouterr()
    assert TOKEN not in json.dumps(asdict(record)) + said.out + said.err
    assert "\r" not in said.err


def test_the_first_commit_is_kept_until_the_settings_say_otherwise(hub):
    first = fetch(model(), None)
    hub.main = SECOND
    assert fetch(model(), first) == first
    assert fetch(model(), None).revision == SECOND
    moved = fetch(model(revision=SECOND), first)
    assert moved.revision == SECOND
    assert "generation_config.json" in moved.files
    assert fetch(model(), moved) == moved


def test_another_repository_does_not_inherit_the_commit(hub):
    of_another = replace(fetch(model(), None), name="acme/other", revision=SECOND)
    assert fetch(model(), of_another).revision == FIRST
    with pytest.raises(ModelError, match="acme/other: is not on the hub"):
        fetch(model(repo_id="acme/other"), None)


def test_code_comes_only_if_it_is_trusted(hub):
    assert "own_code.py" in fetch(model(trust_remote_code=True), None).files
    assert "own_code.py" not in fetch(model(), None).files


def test_resolve_fetches_the_commit_on_an_empty_machine(hub, cache, tmp_path):
    record = fetch(model(), None)
    hub.main = SECOND
    shutil.rmtree(cache)
    shutil.rmtree(tmp_path / "hub cache")
    assert {path.name for path in resolve(record).iterdir()} == {*record.files, ".tunewright.json"}


def test_a_damaged_file_is_fetched_again_from_the_hub(hub, capsys):
    """The hub's cache and ours share the file where they can be linked: both are mended."""
    record = fetch(model(), None)
    path = resolve(record) / "model.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    hub.served.clear()
    assert sha256_file(resolve(record) / "model.safetensors") == record.files["model.safetensors"]
    assert "model.safetensors" in hub.served
    assert "damaged in the hub's cache" in capsys.readouterr().err


def test_offline_what_is_cached_is_enough(hub, cache, monkeypatch):
    record = fetch(model(), None)
    go_offline(monkeypatch)
    assert fetch(model(), record) == record
    shutil.rmtree(cache)
    assert fetch(model(), None) == record  # from the hub's own cache
    hub.refusal = "RepoNotFound"
    assert resolve(record).is_dir()


def test_offline_without_cache_names_the_ways_out(hub, monkeypatch):
    go_offline(monkeypatch)
    with pytest.raises(ModelError, match="HF_HUB_OFFLINE forbids") as caught:
        fetch(model(), None)
    assert "unset HF_HUB_OFFLINE" in caught.value.fix
    assert "model.path" in caught.value.fix
    assert hub.served == []


def test_no_network_names_the_ways_out(hub, monkeypatch):
    point_to("http://127.0.0.1:9", monkeypatch)
    with pytest.raises(ModelError, match=f"{REPOSITORY}: the hub cannot be reached") as caught:
        fetch(model(), None)
    assert "smollm2-135m" in caught.value.fix


@pytest.mark.parametrize(
    ("refusal", "message", "fix"),
    [
        ("GatedRepo", "is gated", "hf auth login"),
        ("RepoNotFound", "is not on the hub, or is private", "model.repo_id"),
        ("RevisionNotFound", "has no revision main", "model.revision"),
    ],
)
def test_a_refusal_is_explained_without_the_token(hub, cache, refusal, message, fix):
    hub.refusal = refusal
    with pytest.raises(ModelError, match=f"{REPOSITORY}: {message}") as caught:
        fetch(model(), None)
    assert fix in caught.value.fix
    assert TOKEN not in str(caught.value)
    assert not cache.exists() or [path for path in cache.iterdir() if path.is_dir()] == []


def test_a_connection_that_breaks_off_is_named_and_the_next_fetch_is_whole(
    hub, tiny_folder, cache, monkeypatch
):
    """The server closes every connection in the middle of a large file, as a network that goes away does."""
    monkeypatch.setattr("time.sleep", lambda _: None)  # the hub's library waits between its own attempts
    hub.cut_after = 50_000
    with pytest.raises(ModelError, match="hub cannot be reached") as caught:
        fetch(model(), None)
    assert "check the network" in caught.value.fix
    assert [path for path in cache.glob("*") if path.is_dir()] == [], "nothing half-made is taken for a model"
    hub.cut_after = None
    record = fetch(model(), None)
    assert record.files["model.safetensors"] == sha256_file(tiny_folder / "model.safetensors")


def test_a_commit_that_is_not_there_is_named(hub):
    with pytest.raises(ModelError, match=f"has no revision {'3' * 40}"):
        fetch(model(revision="3" * 40), None)


def test_a_name_that_cannot_be_is_named(hub):
    with pytest.raises(ModelError, match=r"model\.repo_id: is no name of a repository"):
        fetch(model(repo_id="https://huggingface.co/acme/tiny"), None)


def test_a_repository_of_pickles_is_refused(hub):
    files = hub.commits[FIRST]
    files["pytorch_model.bin"] = files.pop("model.safetensors")
    with pytest.raises(ModelError, match="no weights as safetensors"):
        fetch(model(), None)
    assert "pytorch_model.bin" not in hub.served
