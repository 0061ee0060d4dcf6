"""DVC's remotes: folders, http, ssh, and those that cannot be asked. Nothing here leaves the machine."""

from __future__ import annotations

import http.server
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tunewright.doctor import remotes
from tunewright.doctor.dvc_settings import Remote, read_dvc_settings
from tunewright.doctor.remotes import ask

from .conftest import one, said


def configure(project: Path, text: str) -> None:
    (project / ".dvc" / "config").write_text(text)


def test_no_remote_is_no_mistake(project: Path, look) -> None:
    assert one(remotes.check(look()))[0] == "skipped"


def test_settings_are_read_as_dvc_reads_them(project: Path) -> None:
    configure(project, "[core]\nremote = store\n['remote \"store\"']\nurl = ../../store\n")
    (project / ".dvc" / "config.local").write_text(
        "['remote \"box\"']\nurl = ssh://box/data\nport = 2222\n[cache]\ndir = /big/cache\n"
    )
    settings = read_dvc_settings(project)
    assert settings.default == "store"
    assert {remote.name: (remote.url, remote.port) for remote in settings.remotes} == {
        "store": (str(project.parent / "store"), None),
        "box": ("ssh://box/data", 2222),
    }
    assert settings.cache == Path("/big/cache")


def test_folders(project: Path, look, tmp_path: Path) -> None:
    configure(project, "[core]\nremote = store\n['remote \"store\"']\nurl = ../../store\n")
    assert "dvc push makes it" in one(remotes.check(look()))[1]
    (project.parent / "store").mkdir(exist_ok=True)
    assert "can be written" in one(remotes.check(look()))[1]
    status, text = one([ask(Remote("nas", "/mnt/not/mounted/here"))])
    assert (status, "cannot be made" in text) == ("wrong", True)


def test_the_default_must_exist(project: Path, look, tmp_path: Path) -> None:
    configure(project, f"[core]\nremote = stroe\n['remote \"store\"']\nurl = {tmp_path}\n")
    assert said(remotes.check(look()))[0][0] == "wrong"
    configure(project, f"['remote \"store\"']\nurl = {tmp_path}\n")
    status, text = said(remotes.check(look()))[0]
    assert (status, "no default remote" in text) == ("warning", True)


@contextmanager
def server(code: int) -> Iterator[tuple[int, list[dict[str, str]]]]:
    """A web server that answers everything with one code; yields its port and the headers it got."""
    got: list[dict[str, str]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            got.append(dict(self.headers))
            self.send_response(code)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield serving.server_port, got
        serving.shutdown()


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr(remotes, "TIMEOUT_SECONDS", 1.0)


@pytest.mark.parametrize(
    ("code", "status", "word"),
    [(200, "ok", "answers"), (403, "ok", "rights were not tried"), (502, "warning", "an error (502)")],
)
def test_http(code: int, status: str, word: str) -> None:
    with server(code) as (port, got):
        found, text = one([ask(Remote("web", f"http://ada:{'s3cr3t'}@127.0.0.1:{port}/dvc"))])
    assert found == status
    assert word in text
    assert "s3cr3t" not in text + str(got)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture
def plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of DVC's plugins are there."""
    monkeypatch.setattr(remotes.importlib.util, "find_spec", lambda name: object())


def test_who_does_not_answer_is_a_warning() -> None:
    assert one([ask(Remote("web", f"http://127.0.0.1:{free_port()}/dvc"))])[0] == "warning"


def test_ssh(plugins: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def greet() -> None:
            for greeting in (b"SSH-2.0-OpenSSH_9.2\r\n", b"220 mail\r\n", b""):
                connection, _ = listener.accept()
                connection.sendall(greeting)
                if not greeting:
                    threading.Event().wait(3)
                connection.close()

        threading.Thread(target=greet, daemon=True).start()
        port = listener.getsockname()[1]
        statuses = [one([ask(Remote("box", "ssh://127.0.0.1/dvc", port))]) for _ in range(3)]
    assert [status for status, _ in statuses] == ["ok", "warning", "warning"]
    assert "is no ssh" in statuses[1][1]
    assert "does not answer within 1 s" in statuses[2][1]


def test_an_alias_of_ssh_is_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = tmp_path / "ssh"
    fake.write_text("#!/bin/sh\necho 'hostname box.internal'\necho 'port 2222'\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert remotes._as_ssh_sees_it("box", None) == ("box.internal", 2222)
    assert remotes._as_ssh_sees_it("box", 23) == ("box.internal", 23)


def test_a_name_that_nobody_knows_could_not_be_checked(plugins: None) -> None:
    for url in ("https://nowhere.invalid/dvc", "ssh://nowhere.invalid/dvc"):
        finding = ask(Remote("far", url))
        assert finding.status == "skipped"
        assert finding.unchecked


def test_clouds_are_not_asked_but_their_package_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remotes.importlib.util, "find_spec", lambda name: None)
    finding = ask(Remote("cloud", "s3://bucket/dvc"))
    assert (finding.status, finding.fix) == ("wrong", "pip install dvc-s3")
    monkeypatch.setattr(remotes.importlib.util, "find_spec", lambda name: object())
    finding = ask(Remote("cloud", "s3://bucket/dvc"))
    assert (finding.status, finding.unchecked) == ("skipped", False)
    assert "dvc status --cloud" in finding.fix
