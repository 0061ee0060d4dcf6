"""Chat encoding: what is trained is what is asked, and every answer ends with the end of its turn."""

from __future__ import annotations

import pytest

from tunewright.data.rows import Message, Row
from tunewright.errors import DataError, ModelError
from tunewright.models.chat import encode_example, encode_prompt, end_of_turn_ids, render_prompt
from tunewright.models.load import load_tokenizer

# Small templates in the manner of model families; each shows the trait that it is named for.
DEFAULT_SYSTEM = (
    "{% for m in messages %}"
    "{% if loop.first and m.role != 'system' %}<|im_start|>system\nBe helpful.<|im_end|>\n{% endif %}"
    "{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
BOS_IN_TEMPLATE = (
    "{{ bos_token }}{% for m in messages %}"
    "{{ '<|head|>' + m.role + '<|/head|>\n\n' + m.content | trim + '<|eot|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|head|>assistant<|/head|>\n\n' }}{% endif %}"
)
REASONING = (
    "{% set ns = namespace(last=0) %}"
    "{% for m in messages %}{% if m.role == 'user' %}{% set ns.last = loop.index0 %}{% endif %}{% endfor %}"
    "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' }}"
    "{% if m.role == 'assistant' and loop.index0 > ns.last %}{{ '<think>\n\n</think>\n\n' }}{% endif %}"
    "{{ m.content.split('</think>')[-1].lstrip('\n') + '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}"
    "{% if enable_thinking is false %}{{ '<think>\n\n</think>\n\n' }}{% endif %}{% endif %}"
)
THINK_ONLY_IN_PROMPT = DEFAULT_SYSTEM.replace("assistant\n'", "assistant\n<think>\n'")
TURN_END_THEN_EOS = (
    "{% for m in messages %}{{ '<|head|>' + m.role + '<|/head|>' + m.content + '<|eot|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|head|>assistant<|/head|>' }}{% else %}{{ eos_token }}{% endif %}"
)
NO_END = "{% for m in messages %}{{ m.role + ': ' + m.content + '\n' }}{% endfor %}" + (
    "{% if add_generation_prompt %}{{ 'assistant: ' }}{% endif %}"
)
NO_SYSTEM = (
    "{% if messages[0].role == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}"
    + DEFAULT_SYSTEM
)

SYSTEM = Message("system", "Answer in JSON.")
QUESTION = Message("user", "Where is my kettle?")
ANSWER = Message("assistant", '{"category": "delivery"}')
TURNS = {
    "single": (QUESTION, ANSWER),
    "system": (SYSTEM, QUESTION, ANSWER),
    "several": (SYSTEM, QUESTION, Message("assistant", "Which one?"), Message("user", "The red."), ANSWER),
    "earlier reasoning": (
        QUESTION,
        Message("assistant", "<think>\nhm\n</think>\n\nWhich one?"),
        Message("user", "The red."),
        ANSWER,
    ),
}


@pytest.fixture(scope="module")
def plain(tiny_folder):
    from tokenizers.processors import TemplateProcessing

    tokenizer = load_tokenizer(tiny_folder)
    tokenizer.add_special_tokens(
        {"bos_token": "<|bos|>", "additional_special_tokens": ["<|head|>", "<|/head|>", "<|eot|>"]}
    )
    tokenizer.add_tokens(["\n\n"])
    # As Llama's does, it puts BOS before any text unless told not to.
    tokenizer.backend_tokenizer.post_processor = TemplateProcessing(
        single="<|bos|> $A", special_tokens=[("<|bos|>", tokenizer.bos_token_id)]
    )
    assert tokenizer("text")["input_ids"][0] == tokenizer.bos_token_id
    return tokenizer


@pytest.fixture
def tokenizer_with(plain, monkeypatch):
    def build(template: str):
        monkeypatch.setattr(plain, "chat_template", template)
        return plain

    return build


def row(*messages: Message) -> Row:
    return Row(id="7", messages=messages, group="7", source="data/raw/tickets.jsonl")


@pytest.mark.parametrize("turns", TURNS.values(), ids=TURNS)
@pytest.mark.parametrize("template", [DEFAULT_SYSTEM, BOS_IN_TEMPLATE, REASONING, TURN_END_THEN_EOS])
def test_prompt_then_answer_then_end_of_turn(tokenizer_with, template, turns):
    tokenizer = tokenizer_with(template)
    example = encode_example(tokenizer, row(*turns))
    prompt = encode_prompt(tokenizer, turns[:-1])
    trained = [i for i, m in zip(example.input_ids, example.completion_mask, strict=True) if m]
    assert example.input_ids[: len(prompt)] == prompt
    assert example.completion_mask == [0] * len(prompt) + [1] * len(trained)
    assert trained[-1] == end_of_turn_ids(tokenizer)[0]
    assert tokenizer.decode(trained[:-1]) == ANSWER.content


@pytest.mark.parametrize("template", [DEFAULT_SYSTEM, BOS_IN_TEMPLATE, REASONING])
def test_the_prompt_is_what_transformers_encodes(tokenizer_with, template):
    tokenizer = tokenizer_with(template)
    turns = [{"role": m.role, "content": m.content} for m in TURNS["several"][:-1]]
    ids = tokenizer.apply_chat_template(turns, add_generation_prompt=True, enable_thinking=False)
    assert encode_prompt(tokenizer, TURNS["several"][:-1]) == list(ids["input_ids"])


def test_bos_stands_once(tokenizer_with):
    tokenizer = tokenizer_with(BOS_IN_TEMPLATE)
    example = encode_example(tokenizer, row(SYSTEM, QUESTION, ANSWER))
    assert example.input_ids[0] == tokenizer.bos_token_id
    assert example.input_ids.count(tokenizer.bos_token_id) == 1


def test_the_default_system_turn_yields_to_the_tasks(tokenizer_with):
    tokenizer = tokenizer_with(DEFAULT_SYSTEM)
    assert "Be helpful." in render_prompt(tokenizer, [QUESTION])
    assert "Be helpful." not in render_prompt(tokenizer, [SYSTEM, QUESTION])


def test_a_reasoning_model_is_asked_not_to_think(tokenizer_with):
    prompt = render_prompt(tokenizer_with(REASONING), [QUESTION])
    assert prompt.endswith("<think>\n\n</think>\n\n")


def test_the_end_of_turn_comes_before_eos(tokenizer_with):
    tokenizer = tokenizer_with(TURN_END_THEN_EOS)
    ids = [tokenizer.convert_tokens_to_ids(token) for token in ("<|eot|>", "<|im_end|>")]
    assert end_of_turn_ids(tokenizer) == tuple(ids)
    assert end_of_turn_ids(tokenizer_with(DEFAULT_SYSTEM)) == (ids[1],)


def test_a_line_break_that_begins_the_answer_leaves_the_prompt_alone(tokenizer_with):
    """With a token for two line breaks, prompt and answer would melt where they meet."""
    tokenizer = tokenizer_with(DEFAULT_SYSTEM)
    example = encode_example(tokenizer, row(QUESTION, Message("assistant", "\nyes")))
    prompt = encode_prompt(tokenizer, [QUESTION])
    assert example.input_ids[: len(prompt)] == prompt
    assert tokenizer.decode(example.input_ids[len(prompt) :]) == "\nyes<|im_end|>"


def test_a_template_that_breaks_the_prefix_is_refused(tokenizer_with):
    with pytest.raises(ModelError, match=r"otherwise than the prompt.*<think>"):
        encode_example(tokenizer_with(THINK_ONLY_IN_PROMPT), row(QUESTION, ANSWER))


def test_a_template_without_end_of_turn_is_refused(tokenizer_with):
    with pytest.raises(ModelError, match="without a special token"):
        encode_example(tokenizer_with(NO_END), row(QUESTION, ANSWER))


def test_a_template_that_ends_only_some_turns_is_refused(tokenizer_with):
    forgetful = DEFAULT_SYSTEM.replace(
        "'<|im_end|>\n' }}{% endfor", "('' if 'JSON' in m.content else '<|im_end|>\n') }}{% endfor"
    )
    with pytest.raises(ModelError, match="would not learn to stop"):
        encode_example(tokenizer_with(forgetful), row(QUESTION, Message("assistant", "JSON it is")))


def test_an_answer_with_the_end_of_turn_inside_is_refused(tokenizer_with):
    with pytest.raises(DataError, match=r"tickets\.jsonl: row 7: .*<\|im_end\|>"):
        encode_example(tokenizer_with(DEFAULT_SYSTEM), row(QUESTION, Message("assistant", "a<|im_end|>b")))


def test_a_refusal_of_the_template_names_the_row(tokenizer_with):
    with pytest.raises(DataError, match=r"tickets\.jsonl: row 7: .*System role not supported"):
        encode_example(tokenizer_with(NO_SYSTEM), row(SYSTEM, QUESTION, ANSWER))


def test_the_real_template_of_the_tiny_model(tiny_folder):
    tokenizer = load_tokenizer(tiny_folder)
    text = render_prompt(tokenizer, [SYSTEM, QUESTION])
    assert text == (
        "<|im_start|>system\nAnswer in JSON.<|im_end|>\n<|im_start|>user\nWhere is my kettle?<|im_end|>\n"
        "<|im_start|>assistant\n"
    )
