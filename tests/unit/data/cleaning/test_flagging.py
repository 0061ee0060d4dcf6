"""Flags of single rows: what is doubtful, and what only looks like it."""

import pytest

from tunewright.data.cleaning.flagging import Flagger
from tunewright.data.rows import Message


def flags(answer, kind="chat", prompt="Hello"):
    return Flagger(kind)([Message("user", prompt), Message("assistant", answer)])


@pytest.mark.parametrize(
    "answer",
    [
        "I'm sorry, but I can't assist with that request.",
        "I cannot fulfil this request.",
        "Sorry, I am unable to help you with that.",
        "Leider kann ich Ihnen bei dieser Anfrage nicht weiterhelfen.",
        "Je ne peux pas vous aider avec cette demande.",
        "Lo siento, no puedo ayudarte con eso.",
        "Mi dispiace, non posso soddisfare questa richiesta.",
        "Desculpe, não posso ajudar com isso.",
        "Sorry, ik kan niet voldoen aan dit verzoek.",
    ],
)
def test_refusals(answer):
    assert flags(answer) == ("refusal",)


@pytest.mark.parametrize(
    "answer",
    [
        "As an AI language model, I do not eat.",
        "as a large language model I would say so.",
        "I'm just an AI, but here it is.",
        "As of my last knowledge update, it was open.",
        "Als KI-Sprachmodell weiß ich das nicht.",
        "Ich bin eine KI und esse nicht.",
        "En tant que modèle de langage, je ne mange pas.",
        "En tant qu’IA, je ne mange pas.",
        "Como modelo de lenguaje, no como.",
        "Come modello linguistico, non mangio.",
        "Como um modelo de linguagem, eu não como.",
        "Als taalmodel eet ik niet.",
    ],
)
def test_boilerplate(answer):
    assert flags(answer) == ("boilerplate",)
    assert flags('{"summary": "' + answer + '"}', "extraction") == ("boilerplate",)
    assert flags(answer, "classification") == ()


@pytest.mark.parametrize(
    "answer",
    [
        "TODO: ask the warehouse.",
        "TODO",
        "The price is TBD.",
        "Lorem ipsum dolor sit amet.",
        "Dear [Insert name], welcome.",
        "Regards, [Your Name]",
        "Hello <your company>!",
        "Sehr geehrter [Nachname], danke.",
        "Hello {{ first_name }}!",
    ],
)
def test_placeholders(answer):
    assert "placeholder" in flags(answer)


@pytest.mark.parametrize(
    "answer",
    [
        "The parcel left on Monday. You can collect it at the",
        "Your order was delayed. It should reach your house some time next week unless",
        "Yes, we do repair jackets, trousers,",
        "Here it is:\n```python\nprint(1)",
        "Die Lieferung kam an. Wir melden uns bei Ihnen sobald die Ware und",
    ],
)
def test_cut_off(answer):
    assert flags(answer) == flags(answer, "generation") == ("cut_off",)
    assert flags(answer, "extraction") == ()


@pytest.mark.parametrize("kind", ["generation", "chat"])
@pytest.mark.parametrize(
    "answer",
    [
        "Fine.",
        "Winter tent, light",
        "I'm sorry, I can't change the address once the parcel has left.",
        "We cannot help with this under the warranty, but a repair costs 20 euros.",
        "Our AI assistant answers at night. Agents take over in the morning.",
        "TODO EL MUNDO lo sabe.",
        "Call <PHONE_NUMBER_1> or write to <EMAIL_ADDRESS_1>",
        "See [the terms](https://example.org/terms) and [2].",
        "Thank you. It is on its way.\n\nBest regards,\nAnna from the service desk",
        "Dear Ms. Lee,\n\nit is done.\n\nKind regards,",
        "You need:\n- a tent that keeps dry. And light.\n- a sleeping bag that is warm enough for winter",
        "Read https://example.org/a/b. More about it stands on our page https://example.org/c",
        "```\nx = 1\n```",
        "これは製品です。明日届きます",
        "Größe und Maß: naïve façade, „MENÜ“.",
    ],
)
def test_what_only_looks_like_it(answer, kind):
    assert flags(answer, kind) == ()


@pytest.mark.parametrize(
    "text", ["dÃ¼nn", "itâ€™s", "Ð¿Ñ€Ð¸Ð²ÐµÑ‚", "РїСЂРёРІРµС‚", "lost \ufffd here", "ðŸ˜€"]
)
def test_mojibake_in_prompt_and_answer(text):
    assert (
        flags(f"{text}.")
        == flags("Fine.", prompt=text)
        == flags("x", "classification", text)
        == ("mojibake",)
    )
