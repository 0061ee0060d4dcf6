"""Answers in which a model declines or speaks of itself, as they come with answers that a model wrote.

The phrases are in English, German, French, Spanish, Italian, Portuguese and Dutch. They name what only a
model says of itself, or what declines a request as a whole: "I can't change the address once the parcel has
left" is an answer of a service desk and no refusal. Lists in common use (Zou et al. 2023,
https://arxiv.org/abs/2307.15043; Arditi et al. 2024, https://arxiv.org/abs/2406.11717) take any "I'm sorry"
for a refusal.
"""

from __future__ import annotations

_CANNOT = r"i(?: can(?:no|['’])t| can not|(?: am|['’]m) (?:not able|unable) to| won['’]t)"
_AI = r"(?:ai|artificial intelligence)(?: language model| model| assistant| chatbot)?"
_LANGUAGE_MODEL = r"(?:large )?language model"
_SELF = r"(?:i|my|me)\b"

BOILERPLATE = (
    # English
    rf"\bas an? (?:{_AI}|{_LANGUAGE_MODEL}),? {_SELF}",
    rf"\bas an? (?:ai (?:language )?model|{_LANGUAGE_MODEL})\b",
    rf"\bi(?: am|['’]m) (?:just |only |merely )?an? (?:{_AI}|{_LANGUAGE_MODEL})\b",
    r"\bmy (?:knowledge|training)(?: data)? (?:cut-?off|only goes up to|ends in)\b",
    r"\bas of my (?:last|latest|most recent) (?:knowledge |training )?(?:update|cut-?off)\b",
    r"\bi(?: was| am|['’]m) (?:trained|developed|created|made) by (?:openai|anthropic|google|meta|mistral)\b",
    r"\bi (?:do not|don['’]t) have (?:personal (?:opinions|beliefs|feelings|experiences)|real-time access)\b",
    # German
    r"\bals (?:eine? )?(?:ki|künstliche intelligenz),? (?:kann|habe|bin|verfüge|darf|besitze) ich\b",
    r"\bals (?:ein )?(?:(?:ki-?|großes )?sprachmodell|ki-?modell)\b",
    r"\bich bin (?:nur |lediglich )?(?:eine (?:ki|künstliche intelligenz)|ein (?:ki-?)?sprachmodell)\b",
    # French
    r"\ben tant que (?:grand )?modèle de langage\b",
    r"\ben tant qu['’](?:ia|intelligence artificielle|assistant ia),? (?:je|j['’])",
    r"\bje (?:ne )?suis (?:qu['’])?(?:une (?:ia|intelligence artificielle)|un modèle de langage)\b",
    # Spanish
    r"\bcomo (?:un )?modelo de (?:lenguaje|ia)\b",
    r"\bcomo (?:una )?(?:inteligencia artificial|ia),? (?:no|mi|soy|estoy) ",
    r"\bsoy (?:solo |sólo )?(?:una (?:ia|inteligencia artificial)|un modelo de (?:lenguaje|ia))\b",
    # Italian
    r"\b(?:come|in quanto) modello (?:linguistico|di linguaggio)\b",
    r"\b(?:come|in quanto) (?:ia|intelligenza artificiale),? (?:non|sono|ho) ",
    # Portuguese
    r"\bcomo (?:um )?modelo de linguagem\b",
    r"\bcomo (?:uma )?(?:ia|inteligência artificial),? (?:não|eu|sou) ",
    r"\bsou (?:apenas |só )?(?:uma (?:ia|inteligência artificial)|um modelo de linguagem)\b",
    # Dutch
    r"\bals (?:een )?(?:ai-?|groot )?taalmodel\b",
    r"\bals (?:een )?(?:ai|kunstmatige intelligentie),? (?:kan|heb|ben) ik\b",
    r"\bik ben (?:slechts |maar )?een (?:ai|ai-?taalmodel|taalmodel)\b",
)
"""Regular expressions (RE2, case ignored): an answer that speaks of itself as a model."""

REFUSALS = (
    # English
    rf"\b{_CANNOT} (?:assist|help)(?: you)? with (?:that|this|your)(?: request| question| task)?(?:[.!,;]|$)",
    rf"\b{_CANNOT} (?:fulfil+|comply with|complete|honou?r) (?:that|this|your|such an?) request\b",
    rf"\b{_CANNOT} (?:generate|create|produce|write|provide) (?:that|this|such|explicit|harmful) content\b",
    r"\bagainst my (?:programming|(?:ethical )?guidelines|principles)\b",
    r"\bit (?:is not|isn['’]t|would not be|wouldn['’]t be) (?:appropriate|ethical) for me to\b",
    # German
    r"\bkann (?:ich )?(?:dir |ihnen )?(?:leider )?(?:bei|mit) (?:dieser|ihrer|deiner) (?:anfrage|bitte) "
    r"(?:leider )?nicht (?:weiter)?helfen\b",
    r"\bkann (?:ich )?(?:leider )?(?:diese|dieser|ihre|ihrer|deine|deiner) (?:anfrage|bitte) "
    r"(?:leider )?nicht (?:erfüllen|nachkommen|beantworten)\b",
    r"\bdabei kann ich (?:dir |ihnen )?(?:leider )?nicht (?:weiter)?helfen\b",
    # French
    r"\bje ne (?:peux|puis) (?:malheureusement )?pas (?:vous |t['’])?(?:aider|accéder|répondre|donner suite) "
    r"(?:avec|à) (?:cette|votre|ta) (?:demande|requête)\b",
    # Spanish
    r"\bno puedo (?:ayudar(?:te|le)? con|cumplir(?: con)?|atender|satisfacer) "
    r"(?:eso|esto|(?:esa|esta|su|tu) (?:solicitud|petición))(?:[.!,;]|$)",
    # Italian
    r"\bnon posso (?:aiutar(?:ti|la) con|soddisfare|esaudire) (?:questa|la tua|la sua) richiesta\b",
    # Portuguese
    r"\bnão posso (?:ajudar(?:-lo|-la|-te)? com|atender|cumprir) "
    r"(?:isso(?:[.!,;]|$)|(?:a |à )?(?:essa|esta|sua) solicitação|(?:o |ao )?(?:esse|este|seu) pedido)",
    # Dutch
    r"\bik kan (?:je |u )?(?:helaas )?niet (?:helpen met|voldoen aan) (?:dit|dat|je|uw) verzoek\b",
)
"""Regular expressions (RE2, case ignored): an answer that declines the request as a whole."""
