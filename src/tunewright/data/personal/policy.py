"""`Policy`: what happens to a kind in a field."""

from __future__ import annotations

from tunewright.config.schema.personal_data import Action, PersonalData


class Policy:
    """Looks up the first rule that fits; remembers what it found."""

    def __init__(self, settings: PersonalData) -> None:
        """Take the action and its exceptions from the settings."""
        self._rules = settings.rules
        self._otherwise = settings.action
        self._known: dict[tuple[str, str], Action] = {}

    def __call__(self, field: str, kind: str) -> Action:
        """The action for a kind (`email_address`) in a field (`prompt`, `answer`, `meta.NAME`, ...)."""
        action = self._known.get((field, kind))
        if action is None:
            action = self._known[field, kind] = self._look_up(field, kind)
        return action

    def _look_up(self, field: str, kind: str) -> Action:
        for rule in self._rules:
            if (not rule.fields or field in rule.fields) and (not rule.kinds or kind in rule.kinds):
                return rule.action
        return self._otherwise
