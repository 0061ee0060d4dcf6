"""The data card of the made-up project."""

import pytest

from tests.unit.reporting.made_up import TRAIN, settings, write_project
from tunewright.reporting.data_card.inputs import DataCardInputs, read_data_card_inputs


def read(root, declared, train=TRAIN) -> DataCardInputs:
    return read_data_card_inputs(
        root,
        project=declared.project,
        version=declared.versions.tunewright,
        task=declared.task,
        data=declared.data,
        train=train,
    )


@pytest.fixture(scope="session")
def tickets(tmp_path_factory) -> DataCardInputs:
    root = tmp_path_factory.mktemp("tickets")
    return read(root, write_project(root, settings()))
