"""`evaluation.judge`: a model that compares the tuned model's answers with another contestant's."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from tunewright.config.schema.endpoint import Endpoint
from tunewright.config.schema.node import Node
from tunewright.config.schema.task import Contestant


class Judge(Node):
    """Who judges, and what it is shown. It judges by `task.rubric`.

    Attributes:
        enabled: whether a judge is asked. Its server gets the test rows and both answers.
        against: the contestant whose answers the tuned model's are compared with.
        max_rows: compare on the first so many answered rows only (by hash order); null for all.
        show_reference: show the judge the right answer of the row, too.
        max_new_tokens: an opinion is cut after so many, and a cut one cannot be read.
        folder: of a local model that judges, `data/suites/NAME`; null asks the endpoint.
        endpoint: the server that is asked where there is no folder.
    """

    enabled: bool = False
    against: Contestant = "few_shot"
    max_rows: Annotated[int, Field(ge=1)] | None = None
    show_reference: bool = True
    max_new_tokens: int = Field(default=400, ge=16, le=8192)
    folder: Annotated[str, Field(pattern=r"^data/suites/[^/]+$")] | None = None
    endpoint: Endpoint = Endpoint()
