"""Tools in the chat template: shown to the model, or refused where the template leaves them out."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.unit.data.test_tools import ARGUMENTS
from tests.unit.data.tool_rows import TOOLS, call, made_row
from tunewright.data.call_text import read_calls, with_plain_calls
from tunewright.data.rows import Message, Row
from tunewright.data.tools import ToolCall
from tunewright.errors import DataError, ModelError
from tunewright.models import tiny
from tunewright.models.chat import encode_example, encode_prompt, render_answer, render_prompt
from tunewright.models.load import load_tokenizer

END = "{{ '<|im_end|>\n' }}"
HEAD = "{{ '<|im_start|>' + m.role + '\n' }}"
DECLARED = "{% if tools %}{{ tools | tojson + '\n' }}{% endif %}"
ANSWERS = "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
CALLS = "{% for c in m.tool_calls or [] %}{{ c.function | tojson }}{% endfor %}"


def template(turn: str, declared: str = DECLARED) -> str:
    return f"{declared}{{% for m in messages %}}{HEAD}{turn}{END}{{% endfor %}}{ANSWERS}"


NO_TOOLS = template("{{ m.content }}", declared="")
NO_CALLS = template("{{ m.content }}")
FIRST_CALL = template(
    "{{ m.content }}{% if m.tool_calls %}{{ m.tool_calls[0].function | tojson }}{% endif %}"
)
CALLS_ALONE = template("{% if m.tool_calls %}" + CALLS + "{% else %}{{ m.content }}{% endif %}")
NO_RESULTS = template("{% if m.role != 'tool' %}{{ m.content }}{% endif %}" + CALLS)
ONE_CALL = template(
    "{% if m.tool_calls and m.tool_calls | length > 1 %}{{ raise_exception('one call at a time') }}"
    "{% endif %}{{ m.content }}" + CALLS
)
TEXT_ARGUMENTS = template(
    "{{ m.content }}{% for c in m.tool_calls or [] %}{{ c.function.name + c.function.arguments }}{% endfor %}"
)

CALLING, ANSWERING = made_row(), made_row(answered=True)


def ending(content: str, *calls: ToolCall) -> Row:
    return replace(CALLING, messages=(CALLING.messages[0], Message("assistant", content, calls)))


TWO_CALLS, TEXT_BESIDE = ending("", call("P-1"), call("P-2", 2)), ending("I look.", call("P-1"))
WITHOUT_CALL = ending("Where?")


@pytest.fixture(scope="module")
def plain(tiny_folder: Any) -> Any:
    return load_tokenizer(tiny_folder)


@pytest.fixture
def tokenizer_with(plain: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    def build(text: str) -> Any:
        monkeypatch.setattr(plain, "chat_template", text)
        return plain

    return build


def test_the_template_gets_what_transformers_documents(tokenizer_with: Any) -> None:
    tokenizer = tokenizer_with("{{ tools | tojson }}|{% for m in messages %}{{ m | tojson }}{% endfor %}")
    declared, _, turns = render_prompt(tokenizer, ANSWERING.prompt).partition("|")
    assert json.loads(declared) == TOOLS
    calling = {"id": "call00001", "type": "function"}
    calling["function"] = {"name": "look_up", "arguments": {"parcel": "P-1"}}
    assert turns == "".join(
        json.dumps(turn)
        for turn in (
            {"role": "user", "content": "Where is P-1?"},
            {"role": "assistant", "content": "", "tool_calls": [calling]},
            {"role": "tool", "content": '{"city": "Graz"}', "tool_call_id": "call00001", "name": "look_up"},
        )
    )


def test_the_call_alone_is_trained(tokenizer_with: Any) -> None:
    tokenizer = tokenizer_with(tiny.CHAT_TEMPLATE)
    example = encode_example(tokenizer, CALLING)
    trained = [i for i, m in zip(example.input_ids, example.completion_mask, strict=True) if m]
    assert tokenizer.decode(trained) == (
        '<tool_call>{"name": "look_up", "arguments": {"parcel": "P-1"}}</tool_call><|im_end|>'
    )
    assert example.input_ids[: -len(trained)] == encode_prompt(tokenizer, CALLING.prompt)
    assert with_plain_calls(render_answer(tokenizer, CALLING)) == CALLING.reference


def test_the_tools_stay_when_the_tasks_instructions_come_before(tokenizer_with: Any) -> None:
    tokenizer = tokenizer_with(NO_CALLS)
    asked = WITHOUT_CALL.with_instructions("Be brief.")
    assert asked.tools == WITHOUT_CALL.tools
    assert render_prompt(tokenizer, asked.prompt).startswith('[{"type": "function"')


@pytest.mark.parametrize(
    ("text", "row", "missing"),
    [
        (NO_TOOLS, WITHOUT_CALL, "the tools of a row:"),
        (NO_TOOLS, ANSWERING, "the tools of a row and calls:"),
        (NO_CALLS, CALLING, "calls:"),
        (FIRST_CALL, TWO_CALLS, "more than one call of a turn:"),
        (CALLS_ALONE, TEXT_BESIDE, "the text beside a call:"),
        (NO_RESULTS, ANSWERING, "results of calls:"),
    ],
)
def test_what_a_template_would_leave_out_is_refused(
    tokenizer_with: Any, text: str, row: Row, missing: str
) -> None:
    with pytest.raises(ModelError, match=f"leaves out {missing}") as refused:
        encode_example(tokenizer_with(text), row)
    assert "model=qwen3-0.6b" in refused.value.fix


@pytest.mark.parametrize(
    ("text", "row"),
    [(NO_CALLS, WITHOUT_CALL), (FIRST_CALL, CALLING), (CALLS_ALONE, ANSWERING), (NO_RESULTS, CALLING)],
)
def test_rows_that_do_not_need_it_pass(tokenizer_with: Any, text: str, row: Row) -> None:
    assert encode_example(tokenizer_with(text), row).input_ids


def test_a_template_may_refuse_or_fail(tokenizer_with: Any) -> None:
    assert encode_example(tokenizer_with(ONE_CALL), CALLING).input_ids
    with pytest.raises(DataError, match=r"row r: .*one call at a time"):
        encode_example(tokenizer_with(ONE_CALL), TWO_CALLS)
    with pytest.raises(ModelError, match="cannot write calls down"):
        encode_example(tokenizer_with(TEXT_ARGUMENTS), CALLING)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(arguments=ARGUMENTS)
def test_a_call_survives_the_template(tokenizer_with: Any, arguments: dict[str, Any]) -> None:
    made = replace(call("P-1"), arguments=json.dumps(arguments))
    text = render_prompt(tokenizer_with(tiny.CHAT_TEMPLATE), ending("", made).messages)
    content, found = read_calls(text.split("<|im_start|>assistant\n")[1].removesuffix("<|im_end|>\n"))
    assert content == ""
    assert [json.loads(one.arguments) for one in found] == [arguments]
