"""Invented values of every structured kind, each within a sentence that gives it away, and what is none."""

from tunewright.config.schema.personal_data import PersonalData
from tunewright.data.personal.guard import PersonalDataGuard
from tunewright.data.personal.parts import Example
from tunewright.data.rows import Message

FOUND = {
    "email_address": [
        ("write to ada.lovelace+test@analytical-engine.co.uk.", "ada.lovelace+test@analytical-engine.co.uk"),
        ("<müller@bücher.de>", "müller@bücher.de"),
        ("ADA@ENGINE.IO", "ADA@ENGINE.IO"),
    ],
    "phone_number": [
        ("call me at 905-674-3793 tomorrow", "905-674-3793"),
        ("it is +49 30 901820, ask for Ada", "+49 30 901820"),
        ("(415) 682-0133 is where I am", "(415) 682-0133"),
        ("Phone: 467 3395", "467 3395"),
        ("my number 463-612-6138x036 fax", "463-612-6138x036"),
        ("the parcel, tel. 030 901820", "030 901820"),
    ],
    "credit_card": [
        ("my card 4111 1111 1111 1111 is lost", "4111 1111 1111 1111"),
        ("paid with 5500005555555559", "5500005555555559"),
        ("credit card 630427373398", "630427373398"),
    ],
    "iban_code": [
        ("to DE89 3704 0044 0532 0130 00 please", "DE89 3704 0044 0532 0130 00"),
        ("gb82west12345698765432", "gb82west12345698765432"),
    ],
    "ip_address": [
        ("from 81.2.69.160.", "81.2.69.160"),
        ("at 2a02:6b8:b010:9020:1::2 now", "2a02:6b8:b010:9020:1::2"),
    ],
    "url_with_credentials": [
        ("see https://ada:" + "engine1843@db.acme.io/x, please", "https://ada:" + "engine1843@db.acme.io/x"),
        ("https://acme.io/reset?token=8fk2jx81", "https://acme.io/reset?token=8fk2jx81"),
    ],
    "api_key": [
        ("use hf_" + "aB3" * 9, "hf_" + "aB3" * 9),
        ("api_key = 'q8Zk2LmN0pRs7TuV'", "q8Zk2LmN0pRs7TuV"),
        ("password: hunter2!x", "hunter2!x"),
        ("-----BEGIN PRIVATE" + " KEY-----\nMIIB\n-----END PRIVATE" + " KEY-----", None),
    ],
    "us_ssn": [("SSN 460-89-9847", "460-89-9847"), ("social security number is 460899847", "460899847")],
    "us_itin": [("it is 912-90-3456 on the form", "912-90-3456")],
    "us_driver_license": [("my driver's license number is F1628235401", "F1628235401")],
    "ca_sin": [("SIN: 123-456-782", "123-456-782")],
    "uk_nino": [("NI number AB 12 34 56 C", "AB 12 34 56 C")],
    "uk_nhs": [("NHS number 943 476 5870", "943 476 5870")],
    "au_tfn": [("TFN 123 456 782", "123 456 782")],
    "de_tax_id": [("Steuer-ID 36 574 261 809", "36 574 261 809")],
    "ch_ahv": [("AHV 756.9217.0769.85", "756.9217.0769.85")],
    "fr_nir": [("NIR 2 95 10 99 126 111 93", "2 95 10 99 126 111 93")],
    "be_nn": [("85.07.30-033.28", "85.07.30-033.28")],
    "nl_bsn": [("BSN 1112.22.333", "1112.22.333")],
    "es_nif": [("DNI 54362315K", "54362315K")],
    "es_nie": [("NIE X2482300W", "X2482300W")],
    "it_fiscal_code": [("codice RCCMNL83S18D969H", "RCCMNL83S18D969H")],
    "pl_pesel": [("PESEL 44051401359", "44051401359")],
    "se_personnummer": [("880320-0016", "880320-0016")],
    "fi_hetu": [("131052-308T", "131052-308T")],
    "dk_cpr": [("CPR 211062-5629", "211062-5629")],
    "in_pan": [("PAN ACUPA7085R", "ACUPA7085R")],
    "in_aadhaar": [("Aadhaar 2341 2341 2346", "2341 2341 2346")],
    "br_cpf": [("CPF 390.533.447-05", "390.533.447-05")],
}
"""Kind -> text and the value in it; None for the whole text."""

NOT_PERSONAL = [
    "order 4111111111111111 has not come",  # passes the Luhn check
    "cancel order number 370795561790",
    "my card 4111 1111 1111 1112 is lost",  # fails the Luhn check
    "to DE88 3704 0044 0532 0130 00 please",
    "on 2006-04-07 09:00:27, and 03.12.2021",
    "version 1.2.3.4 of the app, v10.0.0.1",
    "127.0.0.1 and 0.0.0.0",
    "std::vector<int> a::b 12:30:45",
    "1 200 000 people, 3.14159265, $1,234,567.89",
    "the key to success is a token of respect, and the secret is patience",
    "call me tomorrow, between 9 and 10",
    "ISBN 978-3-16-148410-0",
    "me@home, @ada, a@b",
    "75534-030 and 3610-114 are postcodes",
    "ada@example.com, 555-0143, 020 7946 0163, 192.0.2.7",  # reserved for examples and films
    "https://user:pass@db.example.org/",
]


def example(prompt, answer="fine", *, meta=None, group=None, name=None):
    return Example((Message("user", prompt), Message("assistant", answer)), meta or {}, group, name)


def guard(form="text", key=None, **settings):
    return PersonalDataGuard(PersonalData.model_validate(settings), key, form)


def prompt_of(guarded):
    return guarded.example.messages[0].content


def answer_of(guarded):
    return guarded.example.messages[-1].content
