"""The made-up project of `made_up.py`, written once and read as the report stage reads it."""

import pytest

from tests.unit.reporting.made_up import read_project, write_project
from tunewright.reporting.inputs import ReportInputs


@pytest.fixture(scope="session")
def triage(tmp_path_factory) -> ReportInputs:
    root = tmp_path_factory.mktemp("triage")
    return read_project(root, write_project(root))
