"""`evaluation`: how the contestants answer the test rows: the same for all, whatever the method."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tunewright.config.schema.endpoint import Endpoint
from tunewright.config.schema.judge import Judge
from tunewright.config.schema.node import Node
from tunewright.config.schema.suites import Suites

Engine = Literal["transformers", "vllm", "server"]


class Server(Node):
    """Base and tuned model behind one server in OpenAI's protocol, for `engine: server`.

    Attributes:
        base_url: its address, version included, such as http://localhost:8000/v1; https, unless it is on this
            machine or has a private address.
        base_model_name: name of the base model there.
        tuned_model_name: name of the tuned model there.
        api_key_env: name of the environment variable that holds the key, never the key; null sends none.
        timeout_seconds: an answer that takes longer is asked for again.
    """

    base_url: Annotated[str, Field(min_length=1)] | None = None
    base_model_name: Annotated[str, Field(min_length=1)] | None = None
    tuned_model_name: Annotated[str, Field(min_length=1)] | None = None
    api_key_env: Annotated[str, Field(pattern=r"^[A-Z_][A-Z0-9_]*$")] | None = None
    timeout_seconds: float = Field(default=60.0, gt=0)


class FewShot(Node):
    """The prompt-only contestant.

    Attributes:
        k: examples from the training split, put before the question as earlier turns.
        by: `seed` draws them once for all test rows; `nearest` takes for each test row those whose
            questions are most like its own (BM25 over words).
        seed: which examples are drawn; of equally near ones, which.
    """

    k: int = Field(default=4, ge=1, le=64)
    by: Literal["seed", "nearest"] = "seed"
    seed: int = Field(default=0, ge=0)


class Reference(Node):
    """A larger model, or what does the work today, behind a server: it answers the test rows too.

    Attributes:
        enabled: ask it. The test rows, and with `few_shot` some training rows, are sent to the server.
        name: what the report calls it; null takes the name of the model.
        few_shot: ask with the examples of the base model's few-shot prompt; false asks as the tuned model is.
        endpoint: the server.
    """

    enabled: bool = False
    name: Annotated[str, Field(min_length=1)] | None = None
    few_shot: bool = False
    endpoint: Endpoint = Endpoint()

    @property
    def title(self) -> str:
        """What it is called, on one line."""
        return " ".join((self.name or self.endpoint.model or "reference").split())


class Statistics(Node):
    """How sure the numbers are.

    Attributes:
        confidence: probability that an interval holds the true value, of every interval shown.
        bootstrap_samples: resamples of the paired bootstrap.
        power: probability with which the smallest detectable difference would be shown if it were true.
    """

    confidence: float = Field(default=0.95, gt=0.5, lt=1.0)
    bootstrap_samples: int = Field(default=2000, ge=100, le=100_000)
    power: float = Field(default=0.8, gt=0.5, lt=1.0)


class Slices(Node):
    """Groups of test rows that are scored by themselves, for all contestants the same.

    Attributes:
        by: what makes them: `length` (bands of prompt length), `label` (the reference's label; of an
            extraction, each property whose values the schema lists), `meta` (each field of the rows' meta
            with 20 values at most), `meta.NAME` or `field.NAME` (one of them). Empty for no slices.
        length_bands: bands of prompt length, of about as many rows each.
        min_rows: slices of fewer rows are marked as too small to say anything.
    """

    by: tuple[Annotated[str, Field(pattern=r"^(length|label|meta|(meta|field)\..+)$")], ...] = (
        "length",
        "label",
        "meta",
    )
    length_bands: int = Field(default=4, ge=2, le=20)
    min_rows: int = Field(default=20, ge=1)


class Latency(Node):
    """How long single requests wait.

    Attributes:
        requests: the first so many test rows are asked once more, one at a time; 0 measures nothing.
    """

    requests: int = Field(default=4, ge=0, le=1000)


class Evaluation(Node):
    """How answers are made and scored.

    Attributes:
        precision: number format in which the model is loaded for scoring.
        load_in_4bit: score with NF4 base weights, as a 4-bit deployment would.
        engine: what answers the test rows: `transformers` in the stage's own process, `vllm` (installed
            apart, device cuda), or a `server` that is running.
        max_new_tokens: an answer is cut after so many; cut answers are counted.
        too_long: what becomes of prompts that leave the model no room for so many tokens: `error` stops and
            names the rows, `truncate` cuts the prompt's oldest part, as a deployment with `method.too_long:
            truncate` would, and counts them.
        temperature: 0 takes the likeliest token; above it tokens are drawn, by a seed for each row.
        top_p: of the likeliest tokens so many can be drawn that their probabilities reach it.
        seed: draws the tokens where temperature is above 0.
        batch_size: rows answered at once; `auto` takes as many as the machine's memory has room for, which
            on another machine may be another number, and round otherwise.
        max_rows: score the first so many test rows only (by hash order); null scores all.
    """

    precision: Literal["bf16", "fp16", "fp32"] = "bf16"
    load_in_4bit: bool = False
    engine: Engine = "transformers"
    server: Server = Server()
    max_new_tokens: int = Field(default=128, ge=1, le=32768)
    too_long: Literal["error", "truncate"] = "error"
    temperature: float = Field(default=0.0, ge=0.0, le=2.0)
    top_p: float = Field(default=1.0, gt=0.0, le=1.0)
    seed: int = Field(default=0, ge=0, le=2**32 - 1)
    batch_size: Literal["auto"] | Annotated[int, Field(ge=1, le=1024)] = 16
    max_rows: int | None = Field(default=None, ge=1)
    few_shot: FewShot = FewShot()
    reference: Reference = Reference()
    judge: Judge = Judge()
    statistics: Statistics = Statistics()
    suites: Suites = Suites()
    slices: Slices = Slices()
    latency: Latency = Latency()
