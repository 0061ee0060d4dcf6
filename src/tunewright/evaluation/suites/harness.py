"""Suite `harness`: tasks of EleutherAI's lm-evaluation-harness, run by that package on both models.

Source: L. Gao et al., doi:10.5281/zenodo.10256836 (package `lm_eval`). Prompts, data and metrics are the
package's; what counts of a task is one of its metrics that lies between 0 and 1 for each item. Tasks that
execute generated code are refused, as the package does unless told otherwise, and no remote code is trusted.

A finished task is kept in the scratch folder, so that a run after a kill goes on with the next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tunewright.artifacts import read_json, write_json
from tunewright.config.mistakes.nearest import did_you_mean
from tunewright.config.schema.suites import Harness
from tunewright.config.suite_metrics import HARNESS
from tunewright.errors import EvaluationError
from tunewright.evaluation.batch_size import rows_that_fit, settled
from tunewright.evaluation.suites.question import ItemScore
from tunewright.evaluation.suites.suite import cut
from tunewright.models.context import context_length
from tunewright.progress import say

if TYPE_CHECKING:
    from lm_eval.api.task import Task
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

KEY = "evaluation.suites.harness"
PREFERRED = ("acc_norm", "acc", "exact_match", "f1")
"""Metrics that are taken where `metric` is null, the first that a task has."""
SEED = 1234
"""Of the examples that are put before an item, and of tasks that sample: the package's own default."""
MOST_TOKENS = 2048
"""For which room is made where the batch size is `auto`, or the model's context if that is shorter."""

Sample = Mapping[str, Any]
"""What the package logs of an item: `doc_id`, `arguments`, `filtered_resps`, `target`, and its metrics."""


@dataclass(frozen=True)
class Named:
    """One name of `evaluation.suites.harness.tasks`.

    Attributes:
        name: as the settings have it.
        tasks: the tasks that it stands for: itself, or those of a tag or group.
    """

    name: str
    tasks: tuple[Task, ...]


def load_tasks(root: Path, settings: Harness) -> list[Named]:
    """The tasks with their data, which the package fetches where they are not at hand.

    Args:
        root: the project's folder.
        settings: which tasks.

    Raises:
        EvaluationError: the package is missing, there is no such task, or its data cannot be had.
    """
    if find_spec("lm_eval") is None:
        raise EvaluationError(
            "tasks of lm-evaluation-harness need the package lm_eval, which is not installed",
            where=KEY,
            fix=f"pip install 'tunewright[harness]', or: tunewright set {KEY}.enabled=false",
        )
    manager = _manager(own_folder(root, settings), settings.tasks)
    for index, name in enumerate(settings.tasks):
        if name not in manager.all_tasks:
            own = f"; of {settings.include_path} files that are no YAML of a task are passed over"
            raise EvaluationError(
                f"lm-evaluation-harness has no task {name!r}{own if settings.include_path else ''}",
                where=f"{KEY}.tasks.{index}",
                fix=did_you_mean(name, manager.all_tasks) or "list the names: lm_eval ls tasks",
            )
    return [Named(name, _loaded(manager, name, settings)) for name in settings.tasks]


def run_tasks(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    named: Sequence[Named],
    settings: Harness,
    *,
    batch_size: int | Literal["auto"],
    folder: Path,
) -> list[ItemScore]:
    """Every item's score, task by task; the group of an item is its task.

    Args:
        model: in eval mode.
        tokenizer: of the model.
        named: as loaded.
        settings: how they are run.
        batch_size: items computed at once; `auto`: as many as fit.
        folder: scratch of this very run.

    Raises:
        EvaluationError: a task cannot be run, or has no metric that could count.
    """
    from lm_eval.models.huggingface import HFLM

    longest = min(context_length(model.config) or MOST_TOKENS, MOST_TOKENS)
    size = settled(
        batch_size, folder / "harness.batch_size.json", lambda: rows_that_fit(model, longest, logits=longest)
    )
    lm = HFLM(pretrained=model, tokenizer=tokenizer, batch_size=size)
    scores: list[ItemScore] = []
    for one in named:
        for task in one.tasks:
            kept = folder / f"harness-{one.name}-{task.task_name}.json"
            if not kept.is_file():
                say(f"harness: {one.name}{'' if task.task_name == one.name else f', {task.task_name}'}")
                samples = _samples(lm, task, settings)
                found = item_scores(one.name, task.task_name, samples, settings.metric)
                write_json(kept, [asdict(score) for score in found])
            scores += [ItemScore(**raw) for raw in read_json(kept)]
    return scores


def item_scores(name: str, task: str, samples: Sequence[Sample], metric: str | None) -> list[ItemScore]:
    """The scores of a task's items, in their order.

    Args:
        name: that the settings have for it.
        task: the task itself.
        samples: as the package logs them; of several filters the first with the metric counts.
        metric: that counts; None for the first of `PREFERRED`.

    Raises:
        EvaluationError: the metric is not scored item by item between 0 and 1.
    """
    scored = list(dict.fromkeys(metric for sample in samples for metric in sample["metrics"]))
    counts = [known for known in scored if all(_is_share(sample.get(known, 0.0)) for sample in samples)]
    wanted = metric or next((known for known in PREFERRED if known in counts), None)
    if wanted is None or wanted not in counts:
        can = f"those that can: {', '.join(counts)}" if counts else "none of its metrics can"
        which = f"{wanted} of task {task}" if wanted else f"no metric of task {task} that is known"
        raise EvaluationError(
            f"{which} is no score of each item between 0 and 1 ({can})",
            where=f"{KEY}.metric" if wanted else f"{KEY}.tasks",
            fix=f"tunewright set {KEY}.metric={counts[0]}" if counts else f"take {name} out of {KEY}.tasks",
        )
    first = next(sample["filter"] for sample in samples if wanted in sample["metrics"])
    chosen = [sample for sample in samples if sample["filter"] == first]
    return [
        ItemScore(
            metric=HARNESS + name,
            id=f"{task}/{sample['doc_id']}",
            group=task,
            score=float(sample[wanted]),
            prompt=cut(str(sample["arguments"][0][0])),
            answer=cut(_answer(sample)),
            expected=cut(_expected(sample)),
        )
        for sample in chosen
    ]


def own_folder(root: Path, settings: Harness) -> str | None:
    """The folder of the project's own task files; None where there is none.

    Raises:
        EvaluationError: it is not there.
    """
    if settings.include_path is None:
        return None
    folder = root / settings.include_path
    if not folder.is_dir():
        raise EvaluationError(
            f"is {settings.include_path}, and there is no such folder",
            where=f"{KEY}.include_path",
            fix=f"mkdir {settings.include_path}, with a YAML file a task in it",
        )
    return str(folder)


def _manager(own: str | None, names: Sequence[str]) -> Any:  # noqa: ANN401 - untyped package
    """What knows the tasks; the files of the package, which take seconds to read, only where needed."""
    from lm_eval.tasks import TaskManager

    if own is not None:
        manager = TaskManager(include_path=own, include_defaults=False)
        if set(names) <= set(manager.all_subtasks):
            return manager
    return TaskManager(include_path=own)


def _loaded(manager: Any, name: str, settings: Harness) -> tuple[Task, ...]:  # noqa: ANN401 - untyped package
    try:
        tasks: tuple[Task, ...] = tuple(manager.load([name])["tasks"].values())
    except Exception as error:  # a task's own code and the fetching of its data may raise anything
        raise _cannot_be_had(name, error) from error
    for task in tasks:
        set_examples(task, settings)
    return tasks


def set_examples(task: Task, settings: Harness) -> None:
    """Say how many examples come before an item, and which: the settings before the task, none by default."""
    own = task.get_config("num_fewshot")
    count = own or 0 if settings.num_fewshot is None else settings.num_fewshot
    task.set_config(key="num_fewshot", value=count)
    task.set_fewshot_seed(seed=SEED)


def run_arguments(settings: Harness) -> dict[str, Any]:
    """How a task is run, as `lm_eval.evaluator.evaluate` takes it."""
    return {"limit": settings.limit, "apply_chat_template": settings.apply_chat_template}


def _cannot_be_had(name: str, error: Exception) -> EvaluationError:
    if _is_of_the_network(error):
        return EvaluationError(
            f"the data of task {name} are not at hand, and the hub cannot be reached ({_first_line(error)})",
            where=f"{KEY}.tasks",
            fix="run the stage once with network and without HF_HUB_OFFLINE: `datasets` keeps the data; "
            "or give the task local files (dataset_path: json) under include_path",
        )
    return EvaluationError(
        f"task {name} cannot be loaded ({type(error).__name__}: {_first_line(error)})",
        where=f"{KEY}.tasks",
        fix=f"mend its YAML file (lm_eval validate --tasks {name}), or take it out",
    )


def _is_of_the_network(error: BaseException) -> bool:
    """Whether the hub could not be asked, or may not be; some libraries say so only in the error's cause."""
    from huggingface_hub.errors import HTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled

    known = (ConnectionError, HTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled)
    cause = error.__cause__ or error.__context__
    return isinstance(error, known) or (cause is not None and _is_of_the_network(cause))


def _samples(lm: Any, task: Task, settings: Harness) -> list[Sample]:  # noqa: ANN401 - untyped package
    """Run one task; what the package logs of each item."""
    from lm_eval.evaluator import evaluate
    from transformers import set_seed

    set_seed(SEED)  # before each task, so that one that samples gives the same after a kill too
    try:
        found = evaluate(
            lm,
            {"tasks": {task.task_name: task}, "groups": {}, "group_map": {}},
            bootstrap_iters=0,
            log_samples=True,
            **run_arguments(settings),
        )
    except (ValueError, AssertionError, KeyError, TypeError) as error:
        raise EvaluationError(
            f"task {task.task_name} cannot be run ({type(error).__name__}: {_first_line(error)})",
            where=f"{KEY}.tasks",
            fix="take it out, or mend its YAML file if it is your own",
        ) from error
    samples: list[Sample] = found["samples"][task.task_name]
    return sorted(samples, key=lambda sample: int(sample["doc_id"]))


def _is_share(value: object) -> bool:
    return isinstance(value, int | float) and 0 <= value <= 1


def _answer(sample: Sample) -> str:
    """What the model gave: its text, or the log-likelihood of each option."""
    given = sample["filtered_resps"]
    if len(sample["arguments"]) == 1 and not isinstance(given[0], list | tuple):
        return str(given[0])
    return " | ".join(
        f"{_continuation(arguments)} ({reply[0]:.2f})" if isinstance(reply, list | tuple) else str(reply)
        for arguments, reply in zip(sample["arguments"], given, strict=False)
    )


def _expected(sample: Sample) -> str:
    """The right answer; of options the right one."""
    target, arguments = sample["target"], sample["arguments"]
    if isinstance(target, int) and len(arguments) > 1 and 0 <= target < len(arguments):
        return _continuation(arguments[target])
    return str(target)


def _continuation(arguments: Sequence[object]) -> str:
    return str(arguments[1]).strip()


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [""])[0][:200]
