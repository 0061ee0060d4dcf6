"""`Settings`: the whole configuration of a project, and the rules that span its groups."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from tunewright.config.schema.data import Data
from tunewright.config.schema.evaluation import Evaluation
from tunewright.config.schema.hardware import Hardware
from tunewright.config.schema.method import Method
from tunewright.config.schema.model import Model
from tunewright.config.schema.node import Node
from tunewright.config.schema.task import METRICS, Task
from tunewright.config.schema.tracking import Tracking

NonEmpty = Annotated[str, Field(min_length=1)]
GROUPS = ("task", "data", "model", "method", "hardware", "evaluation", "tracking")


class Project(Node):
    """The project's name, for titles, trackers and the model card."""

    name: NonEmpty
    slug: str = Field(pattern=r"^[a-z][a-z0-9-]*$")


class Choices(Node):
    """Which option was chosen in each group, for reports and `tunewright set`."""

    task: str
    data: str
    model: str
    method: str
    hardware: str
    evaluation: str
    tracking: str
    experiment: str | None = None


class Versions(Node):
    """What computed the results: a parameter of every stage.

    Attributes:
        tunewright: the version; in an editable install followed by a hash of the package's source.
    """

    tunewright: str


class Settings(Node):
    """Everything that a project declares, checked as a whole."""

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

    @model_validator(mode="after")
    def _groups_fit(self) -> Settings:
        known = METRICS[self.task.kind]
        for name in (*self.task.metrics, *(criterion.metric for criterion in self.task.acceptance)):
            if name not in known and not name.startswith("custom."):
                raise ValueError(
                    f"task: metric {name!r} is not one of kind {self.task.kind}: {', '.join(known)}"
                )
        if self.evaluation.precision == "bf16" and not self.hardware.supports_bf16:
            raise ValueError(
                f"evaluation.precision bf16 on hardware {self.choices.hardware}, which lacks it: set fp16 or fp32"
            )
        if self.evaluation.precision == "fp16" and self.hardware.device == "cpu":
            raise ValueError("evaluation.precision fp16 is for GPUs: set bf16 or fp32 on a cpu")
        if self.method.optim.startswith("paged_") and self.hardware.device != "cuda":
            raise ValueError(
                f"method.optim {self.method.optim} needs a CUDA device: set adamw_torch on {self.hardware.device}"
            )
        if self.method.global_batch_size % self.hardware.devices:
            raise ValueError(
                f"method.global_batch_size {self.method.global_batch_size} cannot be divided among "
                f"{self.hardware.devices} devices"
            )
        return self
