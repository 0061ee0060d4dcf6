"""Personal data in declarations, arguments and results goes the way of all other texts of a row."""

from __future__ import annotations

import json
from dataclasses import replace

from tests.unit.data.personal.samples import guard
from tests.unit.data.test_validate import PLACE
from tests.unit.data.tool_rows import CANCEL, LOOK_UP, PARAMETERS, USER, calls, raw, result
from tunewright.config.schema.data import Fields, Split
from tunewright.config.schema.personal_data import PersonalData
from tunewright.config.schema.task import OutputContract
from tunewright.data.personal.guard import Guarded, Refused, guard_of
from tunewright.data.personal.parts import Example
from tunewright.data.raw_row import Discarded, RawRow
from tunewright.data.rows import Message, row_line
from tunewright.data.tools import Tool, ToolCall
from tunewright.data.validate import CheckedRow, RowCheck

MAIL, PHONE = "ada@engine.io", "905-674-3793"
OPEN = {"name": "look_up", "parameters": {"type": "object"}}


def example(
    arguments: object, *, asked: str = "Where is it?", found: str = "", tool: object = OPEN
) -> Example:
    function = Tool("look_up", json.dumps(tool))
    call = ToolCall("look_up", json.dumps(arguments), "call00001")
    context = (
        Message("assistant", "", (call,)),
        Message("tool", found, tool_call_id="call00001", name="look_up"),
    )
    last = Message("assistant", "", (replace(call, id="call00002"),))
    return Example((Message("user", asked, tools=(function,)), *context, last), {})


def test_a_value_has_one_stand_in_in_the_whole_row() -> None:
    guarded = guard()(
        example({"mail": MAIL, "to": [MAIL]}, asked=f"I am {MAIL}", found=f'{{"owner": "{MAIL}"}}')
    )
    assert isinstance(guarded, Guarded)
    user, calling, found, last = guarded.example.messages
    assert user.content == "I am <EMAIL_ADDRESS_1>"
    assert found.content == '{"owner": "<EMAIL_ADDRESS_1>"}'
    for turn in (calling, last):
        (call,) = turn.tool_calls
        assert json.loads(call.arguments) == {"mail": "<EMAIL_ADDRESS_1>", "to": ["<EMAIL_ADDRESS_1>"]}
    assert (calling.tool_calls[0].id, last.tool_calls[0].id) == ("call00001", "call00002")
    assert guarded.found["answer", "email_address", "redact"] == 2
    assert guarded.found["prompt", "email_address", "redact"] == 4


def test_a_value_in_a_declaration_is_replaced_and_the_rest_of_it_stays() -> None:
    tool = {"name": "look_up", "description": f"Ask {MAIL}.", "parameters": PARAMETERS}
    guarded = guard()(example({"parcel": "P-1"}, tool=tool))
    assert isinstance(guarded, Guarded)
    (declared,) = guarded.example.messages[0].tools
    assert json.loads(declared.function) == {**tool, "description": "Ask <EMAIL_ADDRESS_1>."}


def test_a_row_with_tools_and_without_any_is_the_very_same() -> None:
    row = example({"parcel": "P-1", "count": 3}, found="{}")
    guarded = guard()(row)
    assert isinstance(guarded, Guarded)
    assert guarded.example is row


def test_a_number_that_nothing_can_stand_for_refuses_the_row_and_names_the_field() -> None:
    refused = guard()(example({"phone": 9056743793}))
    assert isinstance(refused, Refused)
    assert "phone_number in answer, phone_number in prompt is a JSON number" in refused.reason


def test_an_allowed_key_of_the_arguments_stays() -> None:
    guarded = guard(allow=("answer.mail",))(example({"mail": MAIL}, asked=f"I am {MAIL}"))
    assert isinstance(guarded, Guarded)
    assert MAIL in guarded.example.messages[-1].tool_calls[0].arguments


def checked(parameters: object, **turn: object) -> CheckedRow | Discarded:
    checker = RowCheck(
        Fields(), Split(), "chat", OutputContract(), guard_of(PersonalData(), "chat"), cleaning=None
    )
    tools = [{**LOOK_UP, "parameters": parameters}, CANCEL]
    values = raw({**USER, "content": f"I am {MAIL}, call {PHONE}"}, calls(("look_up", turn)), tools=tools)
    return checker(RawRow(PLACE, values), "chat")


def test_arguments_that_the_schema_no_longer_allows_reject_the_row() -> None:
    mail = {"type": "object", "properties": {"mail": {"type": "string", "format": "email"}}}
    told = checked(mail, mail=MAIL)
    assert isinstance(told, Discarded)
    assert "without its personal data turn 2 calls" in str(told)
    assert MAIL not in f"{told} {told.fix}"


def test_none_is_left_in_what_is_written() -> None:
    row = checked({"type": "object"}, mail=MAIL, note=f"call {PHONE}", more=[{"who": MAIL}])
    assert isinstance(row, CheckedRow)
    line = row_line(row.row)
    assert MAIL not in line
    assert PHONE not in line
    assert row.row.id not in ("", MAIL)


def test_ids_of_calls_are_not_taken_over() -> None:
    checker = RowCheck(Fields(), Split(), "chat", OutputContract())
    calling = calls(("look_up", {"parcel": "P-1"}), ids=(PHONE,))
    values = raw(USER, calling, result("x", PHONE), {"role": "assistant", "content": "In Graz."})
    row = checker(RawRow(PLACE, values), "chat")
    assert isinstance(row, CheckedRow)
    assert PHONE not in row_line(row.row)
