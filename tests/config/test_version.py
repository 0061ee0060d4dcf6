"""Which tunewright computes is a parameter of every stage: an installed version, or a hash of its source."""

from __future__ import annotations

import shutil
import sysconfig
from pathlib import Path

import pytest

import tunewright
from tunewright.config.version import version_in_use


def test_an_editable_install_is_named_by_its_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "tunewright"
    package.mkdir()
    shutil.copy(tunewright.__file__, package)
    monkeypatch.setattr(tunewright, "__file__", str(package / "__init__.py"))
    before = version_in_use()
    assert before.startswith(f"{tunewright.__version__}+src.")
    assert version_in_use() == before
    (package / "added.py").write_text("# a comment\n")
    assert version_in_use() != before


def test_an_installed_package_is_named_by_its_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path))
    monkeypatch.setattr(tunewright, "__file__", str(tmp_path / "tunewright" / "__init__.py"))
    assert version_in_use() == tunewright.__version__
