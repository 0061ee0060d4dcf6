"""Conversations as token ids, by the model's own chat template: one way for training and generation.

The template alone decides about special tokens: text is encoded without adding any, so a template
that writes BOS gets exactly one, as in transformers' `apply_chat_template`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from tunewright.data.rows import Message, Row, tools_laid_out
from tunewright.errors import DataError, ModelError
from tunewright.models.tool_template import Part, left_out, parts_of

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

ANOTHER_MODEL = (
    "choose a model whose template knows tools (tunewright set model=qwen3-0.6b), or take the rows that need "
    "them out of the data"
)


@dataclass(frozen=True)
class EncodedExample:
    """One training example.

    Attributes:
        input_ids: prompt, then the answer up to and including the end-of-turn token.
        completion_mask: 1 where the loss is taken (the answer), else 0; as long as input_ids.
    """

    input_ids: list[int]
    completion_mask: list[int]


def render_prompt(tokenizer: PreTrainedTokenizerBase, messages: Sequence[Message]) -> str:
    """The conversation as the text after which the model answers.

    Raises:
        DataError: the template refuses the conversation.
        ModelError: the template leaves tools, calls or results out.
    """
    return _render(tokenizer, messages, add_generation_prompt=True)


def encode_prompt(tokenizer: PreTrainedTokenizerBase, messages: Sequence[Message]) -> list[int]:
    """The ids of `render_prompt`, without a duplicate BOS.

    Raises:
        DataError: the template refuses the conversation.
    """
    return _encode(tokenizer, render_prompt(tokenizer, messages))


def encode_example(tokenizer: PreTrainedTokenizerBase, row: Row) -> EncodedExample:
    """The ids of prompt and answer; the prompt's are exactly those of `encode_prompt`.

    Raises:
        DataError: the template refuses the conversation, or the answer holds the end-of-turn token.
        ModelError: the template renders the whole conversation otherwise than the prompt, ends the
            answer without an end-of-turn token, or leaves tools, calls or results out: a model trained
            so would meet other text than it was trained on, would not stop, or never see them.
    """
    try:
        prompt = render_prompt(tokenizer, row.prompt)
        whole = _render(tokenizer, row.messages, add_generation_prompt=False)
    except DataError as error:
        raise DataError(error.what, where=f"{row.source}: row {row.id}", fix=error.fix) from error
    _check_prefix(tokenizer, prompt, whole)
    prompt_ids = _encode(tokenizer, prompt)
    answer_ids = _answer_ids(tokenizer, prompt, prompt_ids, whole)
    end = end_of_turn_ids(tokenizer)[0]
    count = answer_ids.count(end)
    if count > 1:
        token = tokenizer.convert_ids_to_tokens(end)
        raise DataError(
            f"the answer contains the model's end-of-turn token {token}",
            where=f"{row.source}: row {row.id}",
            fix=f"remove {token} from the answer",
        )
    if count == 0:
        raise ModelError(
            f"the chat template ends this answer without {tokenizer.convert_ids_to_tokens(end)}: "
            "the model would not learn to stop",
            where=_name(tokenizer),
            fix="choose another instruct model, or mend its chat template",
        )
    answer_ids = answer_ids[: answer_ids.index(end) + 1]
    return EncodedExample(
        input_ids=[*prompt_ids, *answer_ids],
        completion_mask=[*([0] * len(prompt_ids)), *([1] * len(answer_ids))],
    )


def render_answer(tokenizer: PreTrainedTokenizerBase, row: Row) -> str:
    """The right answer as a model that has learnt it writes it: special tokens left out.

    Raises:
        DataError, ModelError: see `encode_example`.
    """
    example = encode_example(tokenizer, row)
    answer = example.input_ids[example.completion_mask.index(1) :]
    return str(tokenizer.decode(answer, skip_special_tokens=True))


def end_of_turn_ids(tokenizer: PreTrainedTokenizerBase) -> tuple[int, ...]:
    """The tokens at which generation stops: the template's end of a turn first, then EOS if it differs.

    Raises:
        ModelError: the template ends an answer without a special token.
    """
    return _end_of_turn_ids(tokenizer, str(tokenizer.chat_template))


@lru_cache(maxsize=8)
def _end_of_turn_ids(tokenizer: PreTrainedTokenizerBase, template: str) -> tuple[int, ...]:
    """Read the end of a turn off the template (which is part of the key, as it may be replaced).

    The tokenizer's EOS is not it for every model: Gemma and Phi end turns with a token of their own.
    """
    question, answer = Message("user", "question"), Message("assistant", "answer")
    prompt = render_prompt(tokenizer, [question])
    whole = _render(tokenizer, [question, answer], add_generation_prompt=False)
    _check_prefix(tokenizer, prompt, whole)
    special = {token for token, added in tokenizer.added_tokens_decoder.items() if added.content.strip()}
    _, _, tail = whole[len(prompt) :].rpartition(answer.content)
    for token in _encode(tokenizer, tail):
        if token in special:
            eos = tokenizer.eos_token_id
            return (token,) if eos is None or eos == token else (token, int(eos))
    raise ModelError(
        "the chat template ends an answer without a special token: the model would not learn to stop",
        where=_name(tokenizer),
        fix="choose another instruct model, or mend its chat template",
    )


def _answer_ids(
    tokenizer: PreTrainedTokenizerBase, prompt: str, prompt_ids: list[int], whole: str
) -> list[int]:
    """The ids of what follows the prompt.

    Encoded in one piece where that leaves the prompt's ids alone, since SentencePiece puts a space
    before a piece that stands alone; else apart, as generation sees it (a line break that begins the
    answer would melt into the one that ends the prompt).
    """
    whole_ids = _encode(tokenizer, whole)
    if whole_ids[: len(prompt_ids)] == prompt_ids:
        return whole_ids[len(prompt_ids) :]
    return _encode(tokenizer, whole[len(prompt) :])


def _render(
    tokenizer: PreTrainedTokenizerBase, messages: Sequence[Message], *, add_generation_prompt: bool
) -> str:
    from jinja2 import TemplateError

    _refuse_left_out(tokenizer, messages)
    try:
        return _written(tokenizer, messages, add_generation_prompt=add_generation_prompt)
    except TemplateError as error:
        raise DataError(
            f"the model's chat template refuses the conversation: {error}",
            where=_name(tokenizer),
            fix="the template may know no system turn or no tools, or want user and assistant to alternate",
        ) from error
    except TypeError as error:  # of a template that joins arguments to text as if they were one
        if not parts_of(messages):
            raise
        raise ModelError(
            f"the chat template cannot write calls down as transformers hands them over: {error}",
            where=_name(tokenizer),
            fix=ANOTHER_MODEL,
        ) from error


def _written(
    tokenizer: PreTrainedTokenizerBase, messages: Sequence[Message], *, add_generation_prompt: bool
) -> str:
    """The conversation by the template alone.

    Raises:
        TemplateError: the template refuses it.
    """
    # Templates with a reasoning mode (Qwen3) then put the same empty block into prompt and
    # whole conversation; others do not look at the variable.
    text = tokenizer.apply_chat_template(
        [turn.laid_out() for turn in messages],
        tools=tools_laid_out(messages) or None,
        tokenize=False,
        add_generation_prompt=add_generation_prompt,
        enable_thinking=False,
    )
    return str(text)


def _refuse_left_out(tokenizer: PreTrainedTokenizerBase, messages: Sequence[Message]) -> None:
    """Make sure that the template shows what is said beside texts.

    Raises:
        ModelError: it leaves tools, calls or results out.
    """
    parts = parts_of(messages)
    if not parts:
        return
    missing = [part for part in parts if part in _left_out(tokenizer, str(tokenizer.chat_template))]
    if missing:
        raise ModelError(
            f"the chat template leaves out {' and '.join(missing)}: the model would never see them",
            where=_name(tokenizer),
            fix=ANOTHER_MODEL,
        )


@lru_cache(maxsize=8)
def _left_out(tokenizer: PreTrainedTokenizerBase, template: str) -> frozenset[Part]:
    """What the template leaves out (it is part of the key, as it may be replaced)."""
    from jinja2 import TemplateError

    def render(messages: Sequence[Message]) -> str | None:
        try:
            return _written(tokenizer, messages, add_generation_prompt=False)
        except (TemplateError, TypeError):
            return None

    return left_out(render)


def _encode(tokenizer: PreTrainedTokenizerBase, text: str) -> list[int]:
    return [int(token) for token in tokenizer(text, add_special_tokens=False)["input_ids"]]


def _check_prefix(tokenizer: PreTrainedTokenizerBase, prompt: str, whole: str) -> None:
    if whole.startswith(prompt):
        return
    common = next(
        (i for i, (a, b) in enumerate(zip(prompt, whole, strict=False)) if a != b),
        min(len(prompt), len(whole)),
    )
    raise ModelError(
        "the chat template renders the whole conversation otherwise than the prompt: after "
        f"{prompt[max(0, common - 20) : common]!r} the prompt has {prompt[common : common + 30]!r}, "
        f"the conversation {whole[common : common + 30]!r}; the model would be "
        "trained on one and asked the other",
        where=_name(tokenizer),
        fix="choose another instruct model, or mend its chat template",
    )


def _name(tokenizer: PreTrainedTokenizerBase) -> str:
    """The model's name for messages: the last part of where the tokenizer came from."""
    return str(tokenizer.name_or_path).rstrip("/").rpartition("/")[2] or "chat template"
