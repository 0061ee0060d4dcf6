"""A made-up project whose report can be drawn: ticket triage, 75 test rows, an honest mix of outcomes."""

import hashlib
import json
import random
from dataclasses import replace

from tunewright.config.schema.data import Data, Source
from tunewright.config.schema.evaluation import Evaluation
from tunewright.config.schema.hardware import Hardware, Price
from tunewright.config.schema.method import Lora, Method, Quantization
from tunewright.config.schema.model import Model
from tunewright.config.schema.settings import Choices, Project
from tunewright.config.schema.task import Criterion, Kpi, OutputContract, Rationale, Task
from tunewright.data.card import DataCard, Lengths, SourceCounts
from tunewright.evaluation.compare import Prompting
from tunewright.evaluation.predictions import Prediction
from tunewright.evaluation.statistics import Interval
from tunewright.evaluation.verdict import Judgement, Verdict
from tunewright.models.record import BaseModelRecord
from tunewright.reporting.inputs import ReportInputs
from tunewright.reporting.loss_curve import LossPoint

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
        warnings=("One prompt stands with two different answers; both are kept.",),
    )


def timing(seconds: float, rate: float) -> dict:
    return {
        "seconds": seconds,
        "tokens_per_second": rate,
        "peak_memory_mb": 2210.4,
        "device": "cpu",
        "packages": {"torch": "2.13.0", "transformers": "5.23.0", "peft": "0.21.0"},
        "machine": {"cpu": "Example CPU 9000", "cores": 2, "memory_gb": 16.0, "gpu": None},
    }


def losses() -> list[LossPoint]:
    rng = random.Random(1)
    train = [
        LossPoint(step, step / 22, "train", round(2.1 * 0.93**step + 0.09 + rng.random() * 0.06, 4))
        for step in range(1, 67)
    ]
    validation = [
        LossPoint(step, step / 22, "validation", loss)
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
    return [*train, *validation]


def inputs(rows: int = 75, **changes) -> ReportInputs:
    """The made-up project; give fields of ReportInputs to change them."""
    asked = changes.pop("task", None) or task()
    found = changes.pop("predictions", None) or predictions(rows)
    built = ReportInputs(
        project=Project(name="Brightwell ticket triage", slug="brightwell-ticket-triage"),
        seed=0,
        choices=Choices(
            task="support_triage",
            data="support_triage",
            model="smollm2-135m",
            method="qlora",
            hardware="cpu",
            evaluation="default",
            tracking="wandb-offline",
        ),
        version="0.1.0",
        task=asked,
        data=Data(
            sources=(Source(path="data/raw/tickets.jsonl", format="prompt_completion", licence="CC-BY-4.0"),)
        ),
        model=Model(source="hub", repo_id="example/small-instruct", licence="apache-2.0"),
        method=Method(lora=Lora(), quantization=Quantization(), learning_rate=2e-4),
        hardware=Hardware(
            device="cpu",
            supports_bf16=True,
            precision="bf16",
            price_per_hour=Price(amount=0.12, currency="EUR", date="2026-01-15", source="list price"),
        ),
        evaluation=Evaluation(),
        base_model=BaseModelRecord(
            source="hub",
            name="example/small-instruct",
            revision="4f2c9e1b7a",
            licence="apache-2.0",
            files={"config.json": digest("config"), "model.safetensors": digest("weights")},
        ),
        card=card(),
        scores={
            "zero_shot": {
                "schema_valid": Interval(0.0, 0.0, 0.0487, 75),
                "field_accuracy": Interval(0.08, 0.045, 0.117, 75),
                "exact_match": Interval(0.0, 0.0, 0.0487, 75),
                "json_valid": Interval(0.347, 0.249, 0.459, 75),
                **{f"field.{key}": Interval(0.08, 0.037, 0.164, 75) for key in VALUES},
            },
            "few_shot": {
                "schema_valid": Interval(0.653, 0.541, 0.751, 75),
                "field_accuracy": Interval(0.512, 0.429, 0.597, 75),
                "exact_match": Interval(0.187, 0.114, 0.289, 75),
                "json_valid": Interval(0.653, 0.541, 0.751, 75),
                **{
                    f"field.{key}": Interval(0.52 - 0.02 * n, 0.409, 0.63, 75) for n, key in enumerate(VALUES)
                },
            },
            "tuned": {
                "schema_valid": Interval(1.0, 0.951, 1.0, 75),
                "field_accuracy": Interval(0.964, 0.941, 0.984, 75),
                "exact_match": Interval(0.827, 0.726, 0.896, 75),
                "json_valid": Interval(1.0, 0.951, 1.0, 75),
                **{
                    f"field.{key}": Interval(0.987 - 0.02 * n, 0.928 - 0.02 * n, 0.998, 75)
                    for n, key in enumerate(VALUES)
                },
            },
        },
        differences={
            "schema_valid": {
                "zero_shot": Interval(1.0, 0.951, 1, 75),
                "few_shot": Interval(0.347, 0.24, 0.453, 75),
            },
            "field_accuracy": {
                "zero_shot": Interval(0.884, 0.84, 0.92, 75),
                "few_shot": Interval(0.452, 0.368, 0.536, 75),
            },
            "exact_match": {
                "zero_shot": Interval(0.827, 0.73, 0.9, 75),
                "few_shot": Interval(0.64, 0.53, 0.75, 75),
            },
            "json_valid": {
                "zero_shot": Interval(0.653, 0.54, 0.76, 75),
                "few_shot": Interval(0.347, 0.24, 0.45, 75),
            },
        },
        row_scores={
            who: {row.id: float(row.answer == row.reference) for row in rows} for who, rows in found.items()
        },
        predictions=found,
        verdict=Verdict(
            True,
            (
                Judgement("schema_valid", None, 0.9, 0.95, 1.0, 0.951, 1.0, True, "95.1 % reaches 90.0 %"),
                Judgement(
                    "field_accuracy",
                    "few_shot",
                    0.1,
                    0.95,
                    0.452,
                    0.368,
                    0.536,
                    True,
                    "36.8 points reach 10.0",
                ),
            ),
        ),
        prompting=Prompting(False, "few_shot", "schema_valid", Interval(0.347, 0.24, 0.453, 75), ""),
        train={
            "train_loss": 0.31,
            "validation_loss_first": 2.21,
            "validation_loss_best": 0.148,
            "best_step": 55,
            "steps": 66,
            "epochs": 3.0,
            "train_rows": 347,
            "train_tokens": 74210,
            "trained_tokens": 13880,
            "trainable_parameters": 4884480,
            "total_parameters": 139400064,
            "micro_batch_size": 8,
            "gradient_accumulation_steps": 2,
            "adapter_max_logit_change": 14.27,
        },
        losses=losses(),
        timings={
            "baseline": timing(148.2, 96.0),
            "train": timing(402.6, 302.4),
            "evaluate": timing(61.9, 104.1),
        },
        hashes={
            "artifacts/adapter/adapter_config.json": digest("adapter config"),
            "artifacts/adapter/adapter_model.safetensors": digest("adapter"),
            **{f"artifacts/data/{name}.jsonl": digest(name) for name in ("train", "validation", "test")},
        },
    )
    return replace(built, **changes)
