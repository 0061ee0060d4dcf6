"""The key: made outside the project, found by its fingerprint, and never shown."""

import stat

import pytest
from typer.testing import CliRunner

from tunewright.cli.main import app
from tunewright.data.personal.key import VARIABLE, find_key, fingerprint, make_key
from tunewright.errors import DataError

KEY = bytes(range(32))


@pytest.fixture(autouse=True)
def config(tmp_path, monkeypatch):
    """The user's folder for settings, empty."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv(VARIABLE, raising=False)
    return tmp_path


def test_a_made_key_is_found_and_its_owners_alone(config):
    name, path = make_key()
    assert path == config / "tunewright" / "pseudonym-keys" / name
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    key = find_key(name)
    assert fingerprint(key) == name
    assert key.hex() not in name
    assert make_key()[0] != name


def test_it_lies_in_the_home_folder_where_nothing_else_is_said(tmp_path, monkeypatch):
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert make_key()[1].parent == tmp_path / "home" / ".config" / "tunewright" / "pseudonym-keys"


def test_the_variable_comes_first(monkeypatch):
    monkeypatch.setenv(VARIABLE, f" {KEY.hex()}\n")
    assert find_key(fingerprint(KEY)) == KEY


def told():
    with pytest.raises(DataError) as caught:
        find_key("0" * 12)
    assert KEY.hex() not in str(caught.value)
    return str(caught.value)


def test_a_key_that_is_not_there():
    said = told()
    assert said.startswith(
        "data.personal_data.key_fingerprint: the key of the pseudonyms, 000000000000, is not"
    )
    assert "tunewright pseudonym-key" in said


def test_another_key(monkeypatch):
    monkeypatch.setenv(VARIABLE, KEY.hex())
    said = told()
    assert said.startswith(f"{VARIABLE}: holds the key {fingerprint(KEY)}, not 000000000000")
    assert f"tunewright set data.personal_data.key_fingerprint={fingerprint(KEY)}" in said


@pytest.mark.parametrize("text", ["secret", KEY.hex()[:-2], "é"])
def test_what_is_no_key(text, config, monkeypatch):
    folder = config / "tunewright" / "pseudonym-keys"
    folder.mkdir(parents=True)
    (folder / ("0" * 12)).write_text(text, encoding="utf-8")
    assert "000000000000: holds no key: 64 hex digits are needed" in told()
    monkeypatch.setenv(VARIABLE, text)
    assert f"{VARIABLE}: holds no key: 64 hex digits are needed" in told()


def test_the_command_makes_a_key_and_names_the_next_step(config):
    said = CliRunner().invoke(app, ["pseudonym-key"]).output
    (file,) = (config / "tunewright" / "pseudonym-keys").iterdir()
    assert f"next: tunewright set data.personal_data.key_fingerprint={file.name}" in said
    assert file.read_text().strip() not in said


def test_the_command_names_the_key_of_the_environment(config, monkeypatch):
    monkeypatch.setenv(VARIABLE, KEY.hex())
    said = CliRunner().invoke(app, ["pseudonym-key"]).output
    assert f"key_fingerprint={fingerprint(KEY)}" in said
    assert list(config.iterdir()) == []
