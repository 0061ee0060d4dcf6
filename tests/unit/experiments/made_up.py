"""Experiments made as git refs, as DVC would leave them, without running anything."""

import json
import math
import random
import subprocess
from pathlib import Path

import yaml

from tests.unit.reporting.made_up import settings as declared

METRICS = ("schema_valid", "field_accuracy", "exact_match")
PARAMS = {
    "task": "support_triage",
    "data": "support_triage",
    "model": "small-instruct",
    "method": "qlora",
    "hardware": "cpu",
    "evaluation": "default",
    "tracking": "none",
}


def git(root: Path, *arguments: str, stdin: bytes = b"") -> str:
    done = subprocess.run(["git", *arguments], cwd=root, input=stdin, capture_output=True, check=True)
    return done.stdout.decode().strip()


def start(root: Path) -> Path:
    """A repository whose folder is a project that has not run."""
    root.mkdir(parents=True, exist_ok=True)
    git(root, "init", "--quiet", "--initial-branch=main")
    git(root, "config", "user.name", "Test")
    git(root, "config", "user.email", "test@example.com")
    (root / "params.yaml").write_text(yaml.safe_dump({**PARAMS, "set": {}}))
    commit(root, "Start")
    return root


def commit(root: Path, message: str) -> str:
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", "--message", message)
    return git(root, "rev-parse", "HEAD")


def score(value: float, n: int = 86) -> dict:
    return {"value": value, "low": max(0.0, value - 0.08), "high": min(1.0, value + 0.06), "n": n}


def files(
    changes: dict | None = None,
    value: float = 0.7,
    seconds: float = 600.0,
    base: float = 0.3,
    accepted: bool = True,
    test_rows: str = "113d6967d98c805c",
    choices: dict | None = None,
) -> dict[str, str]:
    """The files of an experiment by path.

    Args:
        changes: dotted settings with their values, as `set` in params.yaml has them.
        choices: other options of groups.
    """
    resolved = declared().model_dump(mode="json")
    chosen: dict = {}
    for key, setting in (changes or {}).items():
        put(resolved, key, setting)
        put(chosen, key, setting)
    resolved["choices"].update(choices or {})
    loss = round(1.2 - value, 4)
    losses = [(step, 2.2 * (loss / 2.2) ** (step / 66)) for step in (0, 11, 22, 33, 44, 55, 66)]
    plain = {
        "metrics/evaluation.json": {
            "tuned": {m: score(max(0.0, value - at * 0.1)) for at, m in enumerate(METRICS)}
        },
        "metrics/baseline.json": {
            "zero_shot": {m: score(0.0) for m in METRICS},
            "few_shot": {m: score(base) for m in METRICS},
        },
        "metrics/train.json": {"validation_loss_best": loss},
        "metrics/acceptance.json": {"accepted": accepted, "criteria": [{}]},
        "timings/train.json": {"seconds": seconds},
    }
    lock = {
        "stages": {
            "compose": {"cmd": "c"},
            "evaluate": {
                "cmd": "tunewright stage evaluate",
                "deps": [{"path": "artifacts/data/test.jsonl", "md5": test_rows}],
                "params": {"resolved.yaml": {"task.kind": "extraction"}},
            },
            "report": {"cmd": "r", "params": {"resolved.yaml": {"seed": resolved["seed"]}}},
            "train": {"cmd": "t", "params": {"resolved.yaml": {"method": resolved["method"]}}},
        }
    }
    return {
        "params.yaml": yaml.safe_dump({**PARAMS, **(choices or {}), "set": chosen}),
        "resolved.yaml": yaml.safe_dump(resolved, sort_keys=False),
        "dvc.lock": yaml.safe_dump({"schema": "2.0", **lock}),
        "plots/loss.csv": "step,epoch,split,loss\n"
        + "".join(f"{step},{step / 22},validation,{loss:.4f}\n" for step, loss in losses),
        **{path: json.dumps(content, indent=2, sort_keys=True) + "\n" for path, content in plain.items()},
    }


def asked(
    changes: dict | None = None, reference: float | None = None, win_rate: float | None = None, **given
) -> dict[str, str]:
    """The files of an experiment whose reference answered and whose judge compared; None for neither."""
    own: dict = {}
    if reference is not None:
        own |= {f"evaluation.reference.{key}": value for key, value in REFERENCE.items()}
    if win_rate is not None:
        own |= {"evaluation.judge.enabled": True, "evaluation.judge.endpoint.model": "judge-1"}
    judged = {
        "win_rate": score(win_rate or 0.0),
        "score.right": {"value": 4.1, "low": 3.9, "high": 4.3, "n": 86},
        "against.right": score(2.0),
        "first": 60,
    }
    plain = {
        "metrics/reference.json": {}
        if reference is None
        else {"reference": {m: score(reference) for m in METRICS}},
        "metrics/judge.json": {} if win_rate is None else judged,
    }
    return {
        **files({**own, **(changes or {})}, **given),
        **{path: json.dumps(content) for path, content in plain.items()},
    }


REFERENCE = {"enabled": True, "endpoint.model": "large-1"}


def put(values: dict, key: str, value: object) -> None:
    *above, last = key.split(".")
    for part in above:
        values = values.setdefault(part, {})
    values[last] = value


def experiment(root: Path, name: str, content: dict[str, str], baseline: str | None = None) -> str:
    """Make an experiment as `dvc exp run --temp` does: a commit on top of the baseline, and a ref."""
    return experiments(root, {name: content}, baseline)[name]


def experiments(
    root: Path, contents: dict[str, dict[str, str]], baseline: str | None = None
) -> dict[str, str]:
    """Many at once, by `git fast-import`."""
    baseline = baseline or git(root, "rev-parse", "HEAD")
    stream = b""
    for name, content in contents.items():
        ref = f"refs/exps/{baseline[:2]}/{baseline[2:]}/{name}"
        stream += f"commit {ref}\ncommitter Test <test@example.com> 1767225600 +0000\n".encode()
        stream += b"data 3\nexp\n" + f"from {baseline}\n".encode()
        for path, text in content.items():
            stream += f"M 100644 inline {path}\ndata {len(text.encode())}\n".encode() + text.encode() + b"\n"
    git(root, "fast-import", "--quiet", "--force", stdin=stream)
    return {
        name: git(root, "rev-parse", f"refs/exps/{baseline[:2]}/{baseline[2:]}/{name}") for name in contents
    }


def write(root: Path, content: dict[str, str]) -> None:
    for path, text in content.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


def sweep(count: int, seed: int = 0) -> dict[str, dict[str, str]]:
    """Experiments over rank, learning rate, epochs and method; the learning rate matters most."""
    rng = random.Random(seed)
    found = {}
    for number in range(count):
        rank, rate = rng.choice([4, 8, 16, 32]), float(f"{10 ** rng.uniform(-5, -2.5):.2g}")
        epochs, method = float(rng.choice([1, 2, 3])), rng.choice(["qlora", "lora"])
        off = abs(math.log10(rate) + 3.3)
        value = max(0.02, min(0.97, 0.9 - 0.25 * off + 0.04 * epochs - 0.1 + rng.gauss(0, 0.02)))
        changes = {"method.lora.r": rank, "method.learning_rate": rate, "method.num_train_epochs": epochs}
        found[f"p{number:03d}-lora.r={rank},learning_rate={rate:g}"] = files(
            changes,
            round(value, 4),
            seconds=200 * epochs * (1 + rank / 64) * rng.uniform(0.95, 1.05),
            accepted=value > 0.8,
            choices={"method": method},
        )
    return found
