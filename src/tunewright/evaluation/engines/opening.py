"""The engine that the settings ask for, with the base model or, proven, with the tuned one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tunewright.config.schema.evaluation import Evaluation
from tunewright.config.schema.task import Task
from tunewright.data.rows import Message, Row
from tunewright.evaluation.engines.engine import Engine
from tunewright.evaluation.engines.in_process import TransformersEngine
from tunewright.evaluation.engines.server import ServerEngine, prove_served
from tunewright.evaluation.engines.vllm import VllmEngine
from tunewright.evaluation.likelihood import with_likelihoods
from tunewright.evaluation.predictions import Prediction
from tunewright.evaluation.prompt_room import prompt_room
from tunewright.evaluation.proof import load_proven
from tunewright.models.chat import encode_prompt
from tunewright.models.load import Loading, load_base

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


def base_engine(
    loading: Loading,
    tokenizer: PreTrainedTokenizerBase,
    evaluation: Evaluation,
    prompts: Iterable[Sequence[Message]],
    folder: Path,
) -> Engine:
    """The engine with the base model.

    Args:
        loading: the base model, and how.
        tokenizer: of the model.
        evaluation: which engine, and all that it reads.
        prompts: all that will be asked.
        folder: scratch of this very run.

    Raises:
        EvaluationError, EndpointError, ModelError: the engine or the model cannot be had.
    """
    match evaluation.engine:
        case "transformers":
            return TransformersEngine(load_base(loading), tokenizer, evaluation)
        case "vllm":
            return _vllm(loading, None, tokenizer, evaluation, prompts)
        case "server":
            room = prompt_room(loading, evaluation)
            return ServerEngine("base", tokenizer, evaluation, room=room, folder=folder)


def tuned_engine(
    loading: Loading,
    tuned_folder: Path,
    tokenizer: PreTrainedTokenizerBase,
    evaluation: Evaluation,
    rows: Sequence[Row],
    prompts: Sequence[Sequence[Message]],
    folder: Path,
) -> Engine:
    """The engine with the tuned model, once it has been shown to be another one than the base model.

    Args:
        loading: the base model, and how.
        tuned_folder: what training wrote.
        tokenizer: of the base model.
        evaluation: which engine, and all that it reads.
        rows: the test rows.
        prompts: one a row: all that will be asked.
        folder: scratch of this very run.

    Raises:
        EvaluationError: the tuned model answers as the base model does, or the engine cannot be had.
        EndpointError: the server cannot be asked.
        ModelError: a model cannot be had or loaded.
    """
    match evaluation.engine:
        case "transformers":
            model = load_proven(loading, tuned_folder, tokenizer, prompts[0])
            return TransformersEngine(model, tokenizer, evaluation)
        case "vllm":
            engine = _vllm(loading, tuned_folder, tokenizer, evaluation, prompts)
            engine.prove(prompts)
            return engine
        case "server":
            room = prompt_room(loading, evaluation)
            greedy = evaluation.model_copy(update={"temperature": 0.0})
            base, tuned = (
                ServerEngine(role, tokenizer, greedy, room=room, folder=folder) for role in ("base", "tuned")
            )
            prove_served(base, tuned, rows, prompts, str(evaluation.server.tuned_model_name))
            return ServerEngine("tuned", tokenizer, evaluation, room=room, folder=folder)


def likelihoods_by(
    engine: Engine,
    predictions: Sequence[Prediction],
    prompts: Sequence[tuple[Message, ...]],
    answers: Sequence[Message],
    task: Task,
    folder: Path,
) -> Sequence[Prediction]:
    """The predictions with the likelihoods that the task's metrics need.

    Only transformers gives them; with another engine such metrics are a mistake in the configuration.
    """
    if not isinstance(engine, TransformersEngine):
        return predictions
    return with_likelihoods(engine.model, engine.tokenizer, predictions, prompts, answers, task, folder)


def _vllm(
    loading: Loading,
    adapter: Path | None,
    tokenizer: PreTrainedTokenizerBase,
    evaluation: Evaluation,
    prompts: Iterable[Sequence[Message]],
) -> VllmEngine:
    longest = max(len(encode_prompt(tokenizer, prompt)) for prompt in prompts)
    room = prompt_room(loading, evaluation)
    return VllmEngine(loading, adapter, tokenizer, evaluation, room=room, longest=longest)
