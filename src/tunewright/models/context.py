"""How long a model's context is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedConfig


def context_length(config: PreTrainedConfig) -> int | None:
    """Tokens that prompt and answer may have together; None if the model does not say."""
    found = getattr(config.get_text_config(), "max_position_embeddings", None)
    return None if found is None else int(found)


def room_for_prompt(config: PreTrainedConfig, max_new_tokens: int) -> int | None:
    """Tokens a prompt may have so that the answer still fits the context; None for no limit."""
    context = context_length(config)
    return None if context is None else context - max_new_tokens
