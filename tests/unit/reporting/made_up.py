"""A made-up project whose report can be drawn: ticket triage, 75 test rows, an honest mix of outcomes."""

import hashlib
import json
import random
from dataclasses import asdict, replace
from pathlib import Path

from tunewright import artifacts
from tunewright.config.resolved import to_yaml
from tunewright.config.schema.data import Data, Source
from tunewright.config.schema.endpoint import Endpoint
from tunewright.config.schema.evaluation import Evaluation, Reference, Statistics
from tunewright.config.schema.hardware import Hardware, Price
from tunewright.config.schema.method import Lora, Method, Quantization
from tunewright.config.schema.model import Model
from tunewright.config.schema.settings import Choices, Project, Settings, Versions
from tunewright.config.schema.task import Criterion, Kpi, OutputContract, Rationale, Task
from tunewright.config.schema.tracking import Tracking
from tunewright.data.card import DataCard, DuplicateExample, Lengths, SourceCounts, write_card
from tunewright.data.rows import Message, Row, write_rows
from tunewright.endpoints.use import EndpointUse, write_use
from tunewright.evaluation.details import DETAILS, details_of, write_details
from tunewright.evaluation.judging.pairwise import RowJudgement
from tunewright.evaluation.judging.results import Judged, JudgeResults, write_judged
from tunewright.evaluation.judging.use import JudgeUse
from tunewright.evaluation.metrics import measure, scores
from tunewright.evaluation.predictions import PREDICTIONS, Prediction, write_predictions
from tunewright.evaluation.results import write_results
from tunewright.evaluation.statistics import Interval
from tunewright.evaluation.suites.judge import SuiteResult
from tunewright.evaluation.suites.results import write_scores
from tunewright.models.record import BaseModelRecord, write_record
from tunewright.reporting.inputs import ReportInputs
from tunewright.reporting.read import read_inputs

REPOSITORY = Path(__file__).parents[3]
CONTESTANTS = ("zero_shot", "few_shot", "tuned")
VALUES = {
    "category": ["delivery", "billing", "fault", "returns", "account", "question"],
    "priority": ["urgent", "high", "normal", "low"],
    "product": ["kettle", "coffee_machine", "blender", "air_fryer", "vacuum", None],
    "order_number": ["BW-104233", "BW-118204", "BW-231877", None],
    "needs_human": [True, False],
}
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": list(VALUES),
    "properties": {
        **{key: {"enum": VALUES[key]} for key in ("category", "priority", "product")},
        "order_number": {"type": ["string", "null"], "pattern": "^BW-\\d{6}$"},
        "needs_human": {"type": "boolean"},
    },
}
TICKETS = [
    "The {product} I ordered three weeks ago still has not come. Order {order}. Could somebody look into it?",
    "hi, u charged me twice for {order} and nobody answers my mails!! second time i write. call me back pls",
    "Good evening, does the lid of the {product} go into the dishwasher, or should I wash it by hand?",
    "Bonjour, je voudrais renvoyer le {product} (commande {order}). Il n'a pas été déballé.",
    "Smoke came out of the {product} this morning.\n\nIt is unplugged.  What now? {order}\n\nD. Achterberg",
]


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def answers(rng: random.Random, reference: dict) -> dict[str, tuple[str, bool]]:
    """What the three contestants might answer, and whether they stopped by themselves."""
    compact = {"separators": (",", ":"), "ensure_ascii": False}
    few = dict(reference)
    for key in rng.sample(list(VALUES), rng.choice([0, 1, 2, 3])):
        few[key] = rng.choice(VALUES[key])
    tuned = dict(reference)
    if rng.random() < 0.25:
        key = rng.choice(["priority", "product", "needs_human"])
        tuned[key] = rng.choice(VALUES[key])
    zero = rng.choice(
        [
            "Sure! Here is the JSON object for the ticket:\n\n" + json.dumps(few, indent=2),
            "I'm sorry to hear that you are having trouble with your order. Please contact our customer "
            "support team, who will be glad to help you with the next steps.",
            json.dumps({"category": "Delivery issue", "priority": 1, "summary": "customer waits"}),
        ]
    )
    few_text = json.dumps(few, **compact)
    if rng.random() < 0.35:
        few_text = few_text[: rng.randint(30, 60)]
    return {
        "zero_shot": (zero, rng.random() < 0.8),
        "few_shot": (few_text, few_text.endswith("}")),
        "tuned": (json.dumps(tuned, **compact), True),
    }


def predictions(rows: int, seed: int = 0) -> dict[str, list[Prediction]]:
    rng = random.Random(seed)
    found: dict[str, list[Prediction]] = {"zero_shot": [], "few_shot": [], "tuned": []}
    for number in range(rows):
        reference = {key: rng.choice(values) for key, values in VALUES.items()}
        prompt = rng.choice(TICKETS).format(
            product=reference["product"] or "thing", order=reference["order_number"] or "(number mislaid)"
        )
        meta = {"channel": rng.choice(["email", "chat", "web"]), "language": "en"}
        text = json.dumps(reference, separators=(",", ":"))
        for who, (answer, finished) in answers(rng, reference).items():
            found[who].append(
                Prediction(f"t{number:04d}", who, prompt, text, answer, 180, 40, finished, meta)
            )
    return found


def with_reference(
    answered: dict[str, list[Prediction]], like: str = "few_shot", **changes: object
) -> tuple[Settings, dict[str, list[Prediction]]]:
    """The project with a reference that answers as another contestant does."""
    endpoint = Endpoint(
        base_url="https://models.example.com/v1",
        model="large-1",
        price_per_million_input_tokens=3.0,
        price_per_million_output_tokens=15.0,
    )
    reference = Reference(enabled=True, name="Large & <b>dear</b>", endpoint=endpoint)
    evaluation = Evaluation(statistics=Statistics(bootstrap_samples=500), reference=reference)
    asked = [replace(row, contestant="reference") for row in answered[like]]
    return settings(evaluation=evaluation, **changes), {**answered, "reference": asked}


def task(**changes) -> Task:
    values = {
        "kind": "extraction",
        "description": "Turn each support ticket into a JSON object that the ticket system can route.",
        "kpi": Kpi(
            measure="Tickets that reach the right queue without a person reading them",
            target="85 % (today 0 %; every ticket is read by the front desk)",
        ),
        "rationale": Rationale(
            need="do",
            why="The labels follow the guide of our front desk. A prompt that holds the whole guide is long "
            "and slow, and the small model that we can host does not keep to it.",
        ),
        "instructions": "Answer with one JSON object.",
        "output": OutputContract(json_schema=SCHEMA),
        "metrics": ("schema_valid", "field_accuracy", "exact_match"),
        "acceptance": (
            Criterion(metric="schema_valid", min=0.9),
            Criterion(metric="field_accuracy", over="few_shot", min=0.1),
        ),
    }
    return Task(**{**values, **changes})


def card() -> DataCard:
    return DataCard(
        sources=(
            SourceCounts(
                "data/raw/tickets.jsonl", "prompt_completion", "CC-BY-4.0", digest("raw"), 512, 497, 3, 12
            ),
        ),
        splits={"train": 347, "validation": 75, "test": 75},
        answers={
            "category": {
                value: {"train": 58 - 3 * n, "validation": 12, "test": 12}
                for n, value in enumerate(VALUES["category"])
            }
        },
        meta={"language": {"en": 470, "fr": 27}},
        prompt_lengths=Lengths(31, 240, 420, 600, 702, 31000),
        answer_lengths=Lengths(88, 96, 110, 118, 121, 12000),
        conflicts=1,
        rejected={'category: "Delivery" is not one of "delivery", "billing"': 2, "line is not JSON": 1},
        removed={"duplicate": 12},
        frozen=(),
        warnings=("One prompt stands with two different answers; both are kept.",),
        personal_data={
            "prompt": {"email_address": {"redact": 4}, "phone_number": {"drop": 1, "redact": 2}},
        },
        duplicates=(
            DuplicateExample("duplicate", f"{RAW}:7", f"of {RAW}:3", "t0000", "train"),
            DuplicateExample("duplicate", f"{RAW}:8", f"of {RAW}:5", "t0042", "test"),
        ),
    )


RAW = "data/raw/tickets.jsonl"
DISCARDED = [
    {"file": RAW, "line": 7, "reason": "duplicate of data/raw/tickets.jsonl:3", "row_sha256": digest("7")},
    {
        "file": RAW,
        "line": 9,
        "reason": 'category: "Delivery" is not one of "delivery", "billing"',
        "fix": 'write "delivery"',
        "row_sha256": digest("9"),
    },
    {"file": RAW, "line": 30, "reason": "line is not JSON at column 8", "row_sha256": digest("30")},
]


def timing(seconds: float, rate: float) -> dict:
    return {
        "seconds": seconds,
        "tokens_per_second": rate,
        "peak_memory_mb": 2210.4,
        "device": "cpu",
        "packages": {"torch": "2.13.0", "transformers": "5.23.0", "peft": "0.21.0"},
        "machine": {"cpu": "Example CPU 9000", "cores": 2, "memory_gb": 16.0, "gpu": None},
    }


def latency(stage: str) -> dict:
    """The waits that the stages of answers measure, of which few-shot's are the longest."""
    waits = {"baseline": {"zero_shot": 0.41, "few_shot": 1.13}, "evaluate": {"tuned": 0.39}}
    if stage not in waits:
        return {}
    return {
        "engine": "transformers",
        "batch_size": dict.fromkeys(waits[stage], 16),
        "latency": {
            who: {
                "requests": 8,
                "seconds_to_first_token": first,
                "request_seconds_median": 2 * first,
                "request_seconds_p95": 3 * first,
                "seconds": 17 * first,
            }
            for who, first in waits[stage].items()
        },
    }


def loss_csv() -> str:
    rng = random.Random(1)
    train = [(step, "train", 2.1 * 0.93**step + 0.09 + rng.random() * 0.06) for step in range(1, 67)]
    validation = [
        (step, "validation", loss)
        for step, loss in (
            (0, 2.21),
            (11, 0.98),
            (22, 0.42),
            (33, 0.24),
            (44, 0.171),
            (55, 0.148),
            (66, 0.155),
        )
    ]
    lines = [f"{step},{step / 22:.4f},{split},{loss:.4f}" for step, split, loss in (*train, *validation)]
    return "\n".join(["step,epoch,split,loss", *lines]) + "\n"


TRAIN = {
    "train_loss": 0.31,
    "validation_loss_first": 2.21,
    "validation_loss_best": 0.148,
    "best_step": 55,
    "steps": 66,
    "epochs": 3.0,
    "train_rows": 347,
    "train_tokens": 74210,
    "trained_tokens": 13880,
    "train_rows_dropped": 0,
    "train_rows_truncated": 0,
    "validation_rows_dropped": 0,
    "validation_rows_truncated": 0,
    "trainable_parameters": 4884480,
    "total_parameters": 139400064,
    "micro_batch_size": 8,
    "gradient_accumulation_steps": 2,
    "adapter_max_logit_change": 14.27,
}


def settings(**changes) -> Settings:
    values = {
        "project": Project(name="Brightwell ticket triage", slug="brightwell-ticket-triage"),
        "seed": 0,
        "choices": Choices(
            task="support_triage",
            data="support_triage",
            model="small-instruct",
            method="qlora",
            hardware="cpu",
            evaluation="default",
            tracking="none",
        ),
        "versions": Versions(tunewright="0.1.0"),
        "task": task(),
        "data": Data(
            sources=(Source(path="data/raw/tickets.jsonl", format="prompt_completion", licence="CC-BY-4.0"),)
        ),
        "model": Model(source="hub", repo_id="example/small-instruct", licence="apache-2.0"),
        "method": Method(lora=Lora(), quantization=Quantization(), learning_rate=2e-4),
        "hardware": Hardware(
            device="cpu",
            supports_bf16=True,
            precision="bf16",
            price_per_hour=Price(amount=0.12, currency="EUR", date="2026-01-15", source="list price"),
        ),
        "evaluation": Evaluation(statistics=Statistics(bootstrap_samples=500)),
        "tracking": Tracking(),
    }
    return Settings(**{**values, **changes})


def write_project(
    root: Path,
    declared: Settings | None = None,
    answered: dict[str, list[Prediction]] | None = None,
    data_card: DataCard | None = None,
) -> Settings:
    """Write what the stages before `report` would have written."""
    declared = declared or settings()
    answered = answered or predictions(75)
    root.mkdir(parents=True, exist_ok=True)
    (root / "resolved.yaml").write_text(to_yaml(declared), encoding="utf-8")
    (root / "dvc.yaml").write_bytes((REPOSITORY / "dvc.yaml").read_bytes())
    record = BaseModelRecord(
        source="hub",
        name="example/small-instruct",
        revision="4f2c9e1b7a",
        licence=declared.model.licence,
        files={"config.json": digest("config"), "model.safetensors": digest("weights")},
    )
    write_record(root / artifacts.BASE_MODEL, record)
    rows = [
        Row(
            p.id,
            (Message("user", p.prompt), Message("assistant", p.reference)),
            p.id,
            "data/raw/tickets.jsonl",
            p.meta,
        )
        for p in answered["tuned"]
    ]
    for path in (artifacts.TRAIN_ROWS, artifacts.VALIDATION_ROWS, artifacts.TEST_ROWS):
        write_rows(root / path, rows if path == artifacts.TEST_ROWS else rows[:1])
    write_card(root / artifacts.DATA_CARD, data_card or card())
    artifacts.write_jsonl(root / artifacts.REJECTED_ROWS, DISCARDED)
    artifacts.write_text(root / artifacts.ADAPTER / "adapter_config.json", "{}\n")
    artifacts.write_text(root / artifacts.ADAPTER / "adapter_model.safetensors", "weights\n")
    write_predictions(root / artifacts.BASELINE / PREDICTIONS, answered["zero_shot"] + answered["few_shot"])
    write_predictions(root / artifacts.EVALUATION / PREDICTIONS, answered["tuned"])
    scored = {
        who: scores(rows, kind=declared.task.kind, output=declared.task.output, custom={})
        for who, rows in answered.items()
    }
    measured = {who: measure(found, declared.evaluation.statistics) for who, found in scored.items()}
    details = {
        who: details_of(rows, scored[who], declared.task, declared.evaluation)
        for who, rows in answered.items()
    }
    write_details(
        root / artifacts.BASELINE / DETAILS, {who: details[who] for who in ("zero_shot", "few_shot")}
    )
    write_details(root / artifacts.EVALUATION / DETAILS, {"tuned": details["tuned"]})
    if "reference" in answered:
        write_predictions(root / artifacts.REFERENCE / PREDICTIONS, answered["reference"])
        write_details(root / artifacts.REFERENCE / DETAILS, {"reference": details["reference"]})
        write_results(root / "metrics/reference.json", {"reference": measured["reference"]})
        use = EndpointUse(len(answered["reference"]), 90.0, 15_000, 3_000)
        write_use(root / "timings/reference.json", use)
    write_results(root / "metrics/baseline.json", {who: measured[who] for who in ("zero_shot", "few_shot")})
    write_results(root / "metrics/evaluation.json", {"tuned": measured["tuned"]})
    write_judged(root / artifacts.JUDGE, root / "metrics/judge.json", Judged(), [], JudgeResults())
    artifacts.write_json(root / "timings/judge.json", asdict(JudgeUse()))
    for folder in (artifacts.BASE_SUITES, artifacts.TUNED_SUITES):
        write_scores(root / folder, [])
    artifacts.write_json(root / "metrics/train.json", TRAIN)
    artifacts.write_text(root / artifacts.LOSS_CSV, loss_csv())
    for stage, seconds, rate in (
        ("baseline", 148.2, 96.0),
        ("base_suites", 0.0, 0.0),
        ("train", 402.6, 302.4),
        ("evaluate", 61.9, 104.1),
        ("tuned_suites", 0.0, 0.0),
    ):
        artifacts.write_json(
            root / artifacts.TIMINGS / f"{stage}.json", {**timing(seconds, rate), **latency(stage)}
        )
    return declared


def read_project(root: Path, declared: Settings) -> ReportInputs:
    """What the report stage would read."""
    return read_inputs(
        root,
        project=declared.project,
        seed=declared.seed,
        choices=declared.choices,
        version=declared.versions.tunewright,
        task=declared.task,
        data=declared.data,
        model=declared.model,
        method=declared.method,
        hardware=declared.hardware,
        evaluation=declared.evaluation,
    )


def text_predictions(rows: int = 30) -> dict[str, list[Prediction]]:
    """A brand-voice task: the tuned model comes nearer to the reference, sometimes not."""
    rng = random.Random(3)
    found: dict[str, list[Prediction]] = {who: [] for who in CONTESTANTS}
    for number in range(rows):
        name = rng.choice(["Ada", "Ben", "Chi", "Dov"])
        reference = (
            f"Hello {name}, thanks for writing. Your parcel leaves us on Monday and arrives by Thursday."
        )
        other = "Dear customer, we regret any inconvenience that may have been caused by the delay."
        near = reference.replace("Monday", "Tuesday") if rng.random() < 0.9 else reference
        tuned = near if rng.random() < 0.85 else other
        few = f"Hello {name}. Your parcel arrives soon." if rng.random() < 0.8 else reference
        for who, answer in (("zero_shot", other), ("few_shot", few), ("tuned", tuned)):
            found[who].append(
                Prediction(f"v{number:03d}", who, f"Where is it? {name}", reference, answer, 90, 30, True)
            )
    return found


def judgements(wins: int = 60, readable: int = 73) -> tuple[RowJudgement, ...]:
    """75 rows as a judge sees them: some won, ten unsteady, some unreadable, the rest lost."""
    rows = []
    for number in range(75):
        outcome = "first" if number < wins else "tie" if number < wins + 10 else "second"
        grades = ({"right": 4.5}, {"right": 2.0})
        row = RowJudgement(f"t{number:04d}", outcome, outcome != "tie", *grades)
        if number >= readable:
            row = RowJudgement(f"t{number:04d}", "unreadable", None, {}, {})
        rows.append(row)
    return tuple(rows)


def write_judge(root: Path, rows: tuple[RowJudgement, ...], use: JudgeUse) -> None:
    """Write what the stage judge would have written."""
    found = Judged("judge </b> of the house", "few_shot", rows)
    write_judged(root / artifacts.JUDGE, root / "metrics/judge.json", found, [], JudgeResults())
    artifacts.write_json(root / "timings/judge.json", asdict(use))


def suite(metric, base, tuned, difference, passed=None) -> SuiteResult:
    """A metric of a suite on 80 items; difference with the ends of its interval."""
    return SuiteResult(
        metric,
        "Title of it",
        True,
        Interval(base, 0, 1, 80),
        Interval(tuned, 0, 1, 80),
        Interval(*difference, 80),
        passed,
        "",
        (),
        {},
    )
