"""`Settings`: the whole configuration of a project; the rules between its values are in `config.rules`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from tunewright.config.schema.data import Data
from tunewright.config.schema.evaluation import Evaluation
from tunewright.config.schema.hardware import Hardware
from tunewright.config.schema.method import Method
from tunewright.config.schema.model import Model
from tunewright.config.schema.node import Node
from tunewright.config.schema.task import Task
from tunewright.config.schema.tracking import Tracking

NonEmpty = Annotated[str, Field(min_length=1)]
GROUPS = ("task", "data", "model", "method", "hardware", "evaluation", "tracking")
GENERATED = ("choices", "versions")
"""What compose fills in and nobody may set."""


class Project(Node):
    """The project's name, for titles, trackers and the model card.

    Attributes:
        name: as people write it.
        slug: lower-case letters, digits and hyphens: names runs and the tracker's project.
    """

    name: NonEmpty
    slug: str = Field(pattern=r"^[a-z][a-z0-9-]*$")


class Choices(Node):
    """Which option was chosen in each group, for the report.

    Attributes:
        task, data, model, method, hardware, evaluation, tracking: name of the option.
    """

    task: str
    data: str
    model: str
    method: str
    hardware: str
    evaluation: str
    tracking: str


class Versions(Node):
    """What computed the results: a parameter of every stage.

    Attributes:
        tunewright: the version; in an editable install followed by a hash of the package's source.
    """

    tunewright: str


class Settings(Node):
    """Everything that a project declares.

    Attributes:
        seed: draws the adapter's first weights, the order of rows and dropout; split and few-shot
            examples have seeds of their own.
    """

    project: Project
    seed: int = Field(ge=0, le=2**32 - 1)
    choices: Choices
    versions: Versions
    task: Task
    data: Data
    model: Model
    method: Method
    hardware: Hardware
    evaluation: Evaluation
    tracking: Tracking
