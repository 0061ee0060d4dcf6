"""`ask`: put the questions of a suite to a model; resumable after a kill, the same each time.

What is finished is kept in the scratch folder, batch by batch, as `generate` keeps answers. The
batches depend on the questions and the settings alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

from tunewright.config.schema.evaluation import Evaluation
from tunewright.data.rows import Message, Row
from tunewright.evaluation.batch_size import rows_that_fit, settled
from tunewright.evaluation.decoding import shared_prefix
from tunewright.evaluation.engines.in_process import TransformersEngine
from tunewright.evaluation.generate import generate
from tunewright.evaluation.journal import Journal
from tunewright.evaluation.predictions import Contestant
from tunewright.evaluation.prompt_room import fit_prompts
from tunewright.evaluation.suites.forced import longest_runs, option_likelihoods
from tunewright.evaluation.suites.question import Question, Reply
from tunewright.models.chat import encode_example, encode_prompt
from tunewright.progress import progress

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

Batch = TypeVar("Batch")
Result = TypeVar("Result")

OPTIONS_FOR_A_ROW = 4
"""So many options are computed at once for each row of `evaluation.batch_size`: they are short."""


def ask(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    suite: str,
    questions: Sequence[Question],
    *,
    contestant: Contestant,
    evaluation: Evaluation,
    folder: Path,
) -> tuple[list[Reply], int]:
    """Put every question to the model.

    Args:
        model: in eval mode.
        tokenizer: of the model.
        suite: name of the suite, for the scratch files and the progress.
        questions: in any mixture of kinds.
        contestant: who is asked.
        evaluation: batch size and limit of new tokens.
        folder: scratch of this very run.

    Returns:
        The replies in the order of the questions, and how many tokens this process computed.

    Raises:
        EvaluationError: a prompt is too long for the model.
    """
    folder = folder / suite
    folder.mkdir(exist_ok=True)
    replies: dict[str, Reply] = {}
    tokens = 0
    answer = [question for question in questions if question.how == "answer"]
    if answer:
        rows = [_row(question, "") for question in answer]
        engine = TransformersEngine(model, tokenizer, evaluation)
        fitted = fit_prompts(
            tokenizer, rows, [question.messages for question in answer], engine.room, evaluation
        )
        generated = generate(engine, rows, fitted.prompts, contestant=contestant, folder=folder)
        tokens += generated.new_tokens
        replies |= {one.id: Reply(one.answer, one.finished) for one in generated.predictions}
    asking = _Asking(model, tokenizer, suite, evaluation.batch_size, folder)
    for choices, take in (("choose", asking.choose), ("recall", asking.recall)):
        chosen = [question for question in questions if question.how == choices]
        if chosen:
            found, computed = take(chosen)
            tokens += computed
            replies |= found
    return [replies[question.id] for question in questions], tokens


class _Asking:
    """The two ways of asking that force tokens."""

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        suite: str,
        batch_size: int | Literal["auto"],
        folder: Path,
    ) -> None:
        self._model = model
        self._tokenizer = tokenizer
        self._suite = suite
        self._batch_size = batch_size
        self._folder = folder

    def choose(self, questions: Sequence[Question]) -> tuple[dict[str, Reply], int]:
        encoded = [
            [_prompt_and_answer(self._tokenizer, question, option) for option in question.options]
            for question in questions
        ]
        prompts = [options[0][0] for options in encoded]
        longest = max(len(prompt) + len(option) for options in encoded for prompt, option in options)
        most_options = OPTIONS_FOR_A_ROW * self._size("choose", longest, logits=1)
        parts = [
            (row, [answer for _, answer in encoded[row][start : start + most_options]])
            for row in sorted(range(len(questions)), key=lambda row: (-len(prompts[row]), questions[row].id))
            for start in range(0, len(encoded[row]), most_options)
        ]
        batches = _by_options(parts, most_options)
        prefix = shared_prefix(self._model, prompts)

        def compute(batch: Sequence[tuple[int, list[list[int]]]]) -> list[list[float]]:
            asked = [prompts[row] for row, _ in batch]
            return option_likelihoods(self._model, asked, [options for _, options in batch], prefix)

        found: dict[int, list[float]] = {}
        for batch, sums in zip(batches, self._journalled("choose", batches, compute), strict=True):
            for (row, _), values in zip(batch, sums, strict=True):
                found.setdefault(row, []).extend(values)
        size = sum(len(prompts[row]) + sum(map(len, options)) for row, options in parts)
        return {
            question.id: Reply(likelihoods=tuple(found[row])) for row, question in enumerate(questions)
        }, size

    def recall(self, questions: Sequence[Question]) -> tuple[dict[str, Reply], int]:
        texts = [
            [token for part in _prompt_and_answer(self._tokenizer, one, one.options[0]) for token in part]
            if one.options
            else encode_prompt(self._tokenizer, one.messages)
            for one in questions
        ]
        order = sorted(range(len(texts)), key=lambda row: (-len(texts[row]), questions[row].id))
        longest = len(texts[order[0]])
        # Logits of whole texts are large.
        size = max(1, self._size("recall", longest, logits=longest) // OPTIONS_FOR_A_ROW)
        batches = [order[start : start + size] for start in range(0, len(order), size)]
        prefix = shared_prefix(self._model, texts)

        def compute(batch: Sequence[int]) -> list[int]:
            return longest_runs(self._model, [texts[row] for row in batch], prefix)

        found: dict[str, Reply] = {}
        for batch, runs in zip(batches, self._journalled("recall", batches, compute), strict=True):
            found |= {questions[row].id: Reply(longest=run) for row, run in zip(batch, runs, strict=True)}
        return found, sum(map(len, texts))

    def _size(self, how: str, longest: int, *, logits: int) -> int:
        """Rows at once, of which each has room for several options."""

        def find() -> int:
            return max(1, rows_that_fit(self._model, longest, logits=logits) // OPTIONS_FOR_A_ROW)

        return settled(self._batch_size, self._folder / f"{how}.batch_size.json", find)

    def _journalled(
        self, how: str, batches: Sequence[Sequence[Batch]], compute: Callable[[Sequence[Batch]], Result]
    ) -> list[Result]:
        """The result of each batch, computed unless an earlier run has it."""
        journal = Journal(self._folder / f"{how}.jsonl")
        results: list[Result] = list(journal.entries)
        with progress(f"{self._suite}: {how}", total=sum(map(len, batches))) as advance:
            for batch, _ in zip(batches, results, strict=False):
                advance(len(batch))
            for batch in batches[len(results) :]:
                result = compute(batch)
                journal.append(result)
                results.append(result)
                advance(len(batch))
        return results


def _by_options(
    parts: Sequence[tuple[int, list[list[int]]]], most: int
) -> list[list[tuple[int, list[list[int]]]]]:
    """Batches with at most so many options."""
    batches: list[list[tuple[int, list[list[int]]]]] = []
    count = most
    for part in parts:
        if count + len(part[1]) > most:
            batches.append([])
            count = 0
        batches[-1].append(part)
        count += len(part[1])
    return batches


def _prompt_and_answer(
    tokenizer: PreTrainedTokenizerBase, question: Question, answer: str
) -> tuple[list[int], list[int]]:
    """Token ids of the prompt and of the answer, without the end of the turn."""
    example = encode_example(tokenizer, _row(question, answer))
    length = example.completion_mask.index(1)
    return example.input_ids[:length], example.input_ids[length:-1]


def _row(question: Question, answer: str) -> Row:
    return Row(question.id, (*question.messages, Message("assistant", answer)), question.id, "suites")
