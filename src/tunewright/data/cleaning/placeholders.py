"""What somebody meant to fill in and did not."""

from __future__ import annotations

_WHAT = (
    r"(?:(?:first |last |full |company |customer |product )?name|company|customer|client|date|address|e-?mail"
    r"|phone(?: number)?|order number|amount|price|signature|contact (?:information|details)"
    r"|vorname|nachname|firma|datum|kunde|kundenname|firmenname)"
)
_FILL_IN = (
    r"(?:(?:please )?(?:insert|enter|add|fill in)|your|bitte|hier|ihr|dein|ihren|deinen|votre|insérer|insérez"
    r"|inserte|insertar|inserire|inserisci|inserir|insira|uw|jouw)"
)
_FEW_WORDS = r"[^\]\[<>\n]{1,40}"

PLACEHOLDERS = (
    # TODO is Spanish and Portuguese for "all": only with a colon or bracket, or as all there is.
    r"\b(?:TODO|FIXME)\b ?[:(]",
    r"^\s*(?:TODO|FIXME|XXX+|\?\?\?+)\s*$",
    r"\bTBD\b",
    r"(?i:\blorem ipsum\b)",
    rf"(?i:\[{_FILL_IN} {_FEW_WORDS}\])",
    rf"(?i:<{_FILL_IN} {_FEW_WORDS}>)",
    rf"(?i:\[{_WHAT}\])",
    r"\{\{ ?[A-Za-z_][A-Za-z0-9_ .-]{0,40} ?\}\}",
)
"""Regular expressions (RE2, case counts): working notes, filler, bracketed fields and those of templates."""
