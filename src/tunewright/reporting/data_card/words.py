"""Kinds of personal data, and what became of them, in words that need no knowledge of the settings."""

from __future__ import annotations

from collections.abc import Mapping

KIND_NAMES: Mapping[str, str] = {
    "email_address": "e-mail address",
    "phone_number": "phone number",
    "credit_card": "payment card number",
    "iban_code": "bank account (IBAN)",
    "ip_address": "IP address",
    "url_with_credentials": "web address with a password in it",
    "api_key": "API key or access token",
    "us_ssn": "US social security number",
    "us_itin": "US taxpayer number (ITIN)",
    "us_driver_license": "US driver's licence",
    "ca_sin": "Canadian social insurance number",
    "uk_nino": "British national insurance number",
    "uk_nhs": "British NHS number",
    "au_tfn": "Australian tax file number",
    "de_tax_id": "German tax number",
    "ch_ahv": "Swiss AHV number",
    "fr_nir": "French social security number",
    "be_nn": "Belgian national number",
    "nl_bsn": "Dutch citizen number (BSN)",
    "es_nif": "Spanish tax number (NIF)",
    "es_nie": "Spanish foreigner's number (NIE)",
    "it_fiscal_code": "Italian fiscal code",
    "pl_pesel": "Polish PESEL number",
    "se_personnummer": "Swedish personal number",
    "fi_hetu": "Finnish personal identity code",
    "dk_cpr": "Danish CPR number",
    "in_pan": "Indian PAN",
    "in_aadhaar": "Indian Aadhaar number",
    "br_cpf": "Brazilian CPF",
}
FATES = {
    "redact": "replaced by a placeholder",
    "pseudonymise": "replaced by an invented value of the same form",
    "report": "left in the row, only counted",
    "allow": "left in the row, since the answer must hold it",
    "drop": "not used: the whole row was rejected",
    "fail": "not used: preparation stops",
}
FIELD_NAMES = {"prompt": "question (prompt)", "answer": "answer", "group": "group", "id": "id"}


def kind_name(kind: str) -> str:
    """A kind in words; kinds of the project's own and NER's entities keep their names."""
    return KIND_NAMES.get(kind, kind.replace("_", " "))


def field_name(field: str) -> str:
    """A field in words; `meta.NAME` is the further field NAME."""
    return FIELD_NAMES.get(field, f"further field {field.removeprefix('meta.')}")


def listed(words: tuple[str, ...]) -> str:
    """`a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
