"""The contract of each stage: which edit runs which stage again, and which does not.

One project with the tiny model runs once; every edit starts from that state.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.pipeline.conftest import Project, stages_run
from tests.pipeline.killing import start
from tests.unit.endpoints.chat_server import MODEL, ChatServer

pytestmark = pytest.mark.slow

TRAINING = {"train", "evaluate", "tuned_suites", "report"}
SCORING = {"baseline", "reference", "evaluate", "report"}
SUITES = {"base_suites", "tuned_suites", "report"}
EVERYTHING = {"fetch", "prepare", "baseline", "base_suites", "reference", *TRAINING}


def but_for_judge(ran: set[str]) -> set[str]:
    """Without compose, and without the judge: it reads answers, which a tiny model may give again."""
    return ran - {"compose", "judge"}


@pytest.mark.parametrize(
    ("assignments", "expected"),
    [
        pytest.param(["method.learning_rate=5e-4"], TRAINING, id="learning rate"),
        pytest.param(["method=dora"], TRAINING, id="method"),
        pytest.param(["seed=1"], TRAINING, id="seed"),
        pytest.param(
            ["hardware.supports_bf16=true", "hardware.precision=bf16", "evaluation.precision=fp32"],
            TRAINING,
            id="hardware precision",
        ),
        pytest.param(["evaluation.max_new_tokens=6"], SCORING | SUITES, id="evaluation"),
        pytest.param(["evaluation.max_rows=5"], SCORING, id="evaluation of the task"),
        pytest.param(["evaluation.suites.regression.max_items=7"], SUITES, id="suite"),
        pytest.param(["evaluation.suites.limits.regression_max_loss=0.5"], {"report"}, id="limit of a suite"),
        pytest.param(["task.acceptance=[{metric: schema_valid, min: 0.5}]"], {"report"}, id="acceptance"),
        pytest.param(
            ["hardware.price_per_hour={amount: 2, currency: EUR, date: 2026-01-01, source: invoice}"],
            {"report"},
            id="price",
        ),
        pytest.param(
            ["evaluation.reference.endpoint.max_concurrency=1", "evaluation.reference.name=Large"],
            {"report"},
            id="how the reference is asked",
        ),
        pytest.param(["evaluation.judge.endpoint.max_retries=1"], {"report"}, id="how the judge is asked"),
        pytest.param(["evaluation.judge.max_rows=3"], {"judge", "report"}, id="judge"),
        pytest.param(["tracking=wandb-offline"], set(), id="tracking"),
        pytest.param(["task.instructions=Sort it."], TRAINING | SCORING | SUITES, id="instructions"),
        pytest.param(["data.split.seed=1"], EVERYTHING - {"fetch"}, id="split"),
    ],
)
def test_a_setting_runs_what_reads_it(ready: Project, assignments: list[str], expected: set[str]) -> None:
    ready.restore()
    ready.run("tunewright", "set", *assignments)
    ran = ready.repro()
    assert (ran - {"compose"} if "judge" in expected else but_for_judge(ran)) == expected


def test_nothing_to_do(ready: Project) -> None:
    ready.restore()
    assert ready.repro() == {"compose"}


def test_a_comment_runs_nothing(ready: Project) -> None:
    ready.restore()
    ready.replace("params.yaml", "# The choices", "# All choices")
    ready.replace("conf/task/support_triage.yaml", "# The first is", "# The first one is")
    assert ready.repro() == {"compose"}


def test_another_row_runs_all_but_fetch(ready: Project) -> None:
    ready.restore()
    answer = {
        "category": "fault",
        "priority": "normal",
        "product": "blender",
        "order_number": "BW-100001",
        "needs_human": False,
    }
    row = {
        "id": "t8001",
        "prompt": "Blender lid cracked, BW-100001",
        "completion": answer,
        "customer": "c8001",
    }
    with (ready.folder / "data" / "raw" / "tickets.jsonl").open("a") as file:
        file.write(json.dumps(row) + "\n")
    # The new row falls into one split; baseline and train run only if one of their splits changed.
    ran = ready.repro()
    assert {"prepare", "report"} <= ran
    assert "fetch" not in ran


def test_extension_code_runs_what_may_call_it(ready: Project) -> None:
    ready.restore()
    (ready.folder / "extensions" / "mine.py").write_text(
        "from tunewright.extensions import metric\n\n\n"
        '@metric("short")\ndef short(prompt, reference, answer):\n    return float(len(answer) < 200)\n'
    )
    assert but_for_judge(ready.repro()) == {"prepare", *SCORING}


def test_an_item_of_ones_own_asks_the_suites_again(ready: Project) -> None:
    ready.restore()
    (ready.folder / "data" / "suites" / "own.jsonl").write_text("not listed in the settings yet\n")
    assert but_for_judge(ready.repro()) <= SUITES


def test_a_changed_packaged_option_runs_what_reads_it(ready: Project) -> None:
    """The project shadows method/lora.yaml with a copy in which one value differs."""
    ready.restore()
    (ready.folder / "conf" / "method").mkdir()
    packaged = Path(__file__).parents[2] / "conf" / "method" / "lora.yaml"
    (ready.folder / "conf" / "method" / "lora.yaml").write_text(
        packaged.read_text().replace("weight_decay: 0.0", "weight_decay: 0.1")
    )
    assert but_for_judge(ready.repro()) == TRAINING


def test_another_model_runs_all_that_loads_it(ready: Project, tmp_path: Path) -> None:
    """A model from a local folder: the cached tiny one under another name."""
    ready.restore()
    cached = next(path for path in Path(ready.environment["TUNEWRIGHT_CACHE"]).rglob("config.json")).parent
    shutil.copytree(cached, tmp_path / "my-model")
    ready.run("tunewright", "set", "model=path", f"model.path={tmp_path / 'my-model'}", "model.licence=MIT")
    assert but_for_judge(ready.repro()) == EVERYTHING - {"prepare", "reference"}


def test_another_version_of_the_library_runs_everything(ready: Project, tmp_path: Path) -> None:
    """A site module that changes the version stands in for an upgrade."""
    ready.restore()
    (tmp_path / "sitecustomize.py").write_text("import tunewright\n\ntunewright.__version__ = '0.1.1'\n")
    output = ready.run("dvc", "repro", PYTHONPATH=str(tmp_path))
    assert stages_run(output) - {"compose"} == EVERYTHING | {"judge"}


def test_a_reference_that_was_killed_asks_only_for_what_is_missing(ready: Project) -> None:
    """A model behind a server: killed amid its answers, then run to the end, report and gate included."""
    ready.restore()
    with ChatServer(seconds=0.05).running() as server:
        endpoint = "evaluation.reference.endpoint"
        words = [f"base_url={server.base_url}", f"model={MODEL}", "max_concurrency=1"]
        ready.run(
            *("tunewright", "set", "evaluation.reference.enabled=true"),
            *(f"{endpoint}.{word}" for word in words),
            "task.acceptance=[exact_match - reference.exact_match >= -0.9 with confidence 0.6]",
        )
        ready.run("dvc", "repro", "compose")
        running = start(ready, "tunewright", "stage", "reference")
        running.wait_until(lambda: len(server.bodies) > 2)
        running.signal(signal.SIGKILL)
        running.process.wait()
        assert ready.repro() - {"compose"} == {"reference", "judge", "report"}
        rows = (ready.folder / "artifacts" / "data" / "test.jsonl").read_text().count("\n")
        asked = server.asked()
        assert len({*asked}) == rows
        assert len(asked) <= rows + 1, "one answer was on its way when the stage was killed"
        before = ready.hashes()
        ready.run("dvc", "repro", "--single-item", "--force", "reference")
        assert ready.hashes() == before
        assert server.asked() == asked
    assert MODEL in (ready.folder / "reports" / "report.html").read_text()
    told = ready.run("tunewright", "accept", ok=False)
    assert MODEL in told.splitlines()[0]
    assert "over the reference" in told


def test_going_back_comes_from_the_cache(ready: Project) -> None:
    ready.restore()
    ready.run("tunewright", "set", "method.learning_rate=5e-4")
    ready.repro()
    ready.run("tunewright", "set", "~method.learning_rate")
    output = ready.run("dvc", "repro")
    assert "Running stage 'train'" not in output
    assert "Running stage 'evaluate'" not in output


def test_a_mistake_stops_before_any_other_stage(ready: Project) -> None:
    ready.restore()
    ready.replace("params.yaml", "num_train_epochs", "num_train_epoch")
    ready.replace("conf/task/support_triage.yaml", "# The first is", "# Edited. The first is")
    output = ready.run("dvc", "repro", ok=False)
    assert "did you mean 'num_train_epochs'" in output
    assert "Traceback" not in output
    assert "Running stage 'compose'" in output
    assert output.count("Running stage") == 1


def test_a_clone_elsewhere_pulls_and_runs_nothing(ready: Project, tmp_path: Path) -> None:
    """`dvc push`, a clone at another path with an empty model cache, `dvc pull`."""
    ready.restore()
    ready.run("dvc", "remote", "add", "--force", "--default", "store", str(tmp_path / "store"))
    ready.commit("Remote")
    ready.run("dvc", "push", "--quiet")
    clone = Project(tmp_path / "clone", ready.environment | {"TUNEWRIGHT_CACHE": str(tmp_path / "cache")})
    subprocess.run(["git", "clone", "--quiet", ready.folder, clone.folder], check=True)
    clone.run("dvc", "pull", "--quiet")
    assert clone.hashes() == ready.hashes()
    assert clone.repro() == {"compose"}
    clone.run("tunewright", "set", "method.learning_rate=5e-4")
    assert but_for_judge(clone.repro()) == TRAINING


def test_a_queued_sweep_trains_each_point_and_scores_the_base_model_once(ready: Project) -> None:
    """The README's sweep: several values in one `-S`, a worker of DVC's own."""
    ready.restore()
    ready.run("dvc", "exp", "run", "--queue", "-S", "++set.method.lora.r=4,8", "--name", "rank")
    ready.run("dvc", "queue", "start")
    deadline = time.monotonic() + 600
    while (status := ready.run("dvc", "queue", "status")).count("Success") < 2:
        assert "Failed" not in status, status
        assert time.monotonic() < deadline, status
        time.sleep(2)
    shown = json.loads(ready.run("dvc", "exp", "show", "--json"))
    points = [point for commit in shown for point in commit["experiments"] or []]
    revisions = [point["revs"][0] for point in points]
    ranks = {r["data"]["params"]["resolved.yaml"]["data"]["method"]["lora"]["r"] for r in revisions}
    assert ranks == {4, 8}
    for name in ("rank-1", "rank-2"):
        assert but_for_judge(stages_run(ready.run("dvc", "queue", "logs", name))) == TRAINING
