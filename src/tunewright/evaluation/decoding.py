"""Decoding of a batch with a key-value cache: the tensor work of `generate`, and nothing else.

transformers' `generate` decodes finished rows on until the last one is done and knows no prompt
prefix that several rows share. Here finished rows leave the batch, and the shared prefix
(instructions, few-shot examples) is computed once and copied. Both need a cache that is plain keys
and values; with sliding windows or recurrent states neither is done.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tunewright.evaluation.sampling import Choose, likeliest

if TYPE_CHECKING:
    import torch
    from transformers import Cache, PreTrainedModel


@dataclass(frozen=True)
class Prefix:
    """The beginning that all prompts share, computed once.

    Attributes:
        ids: its tokens; empty if there are none or the model's cache cannot be shared.
        cache: keys and values of `ids` for one row; never written to.
    """

    ids: list[int]
    cache: Cache


def no_prefix(model: PreTrainedModel) -> Prefix:
    """Nothing computed beforehand: what a single request starts from."""
    from transformers import DynamicCache

    return Prefix([], DynamicCache(config=model.config))


def shared_prefix(model: PreTrainedModel, prompts: Sequence[list[int]]) -> Prefix:
    """Compute the longest beginning that all prompts share, leaving each at least its last token."""
    import torch
    from transformers import DynamicCache

    cache = DynamicCache(config=model.config)
    ids = common_beginning(prompts) if is_plain(cache) else []
    if ids:
        with torch.inference_mode():
            model(
                input_ids=torch.tensor([ids], device=model.device),
                past_key_values=cache,
                use_cache=True,
                logits_to_keep=1,
            )
    return Prefix(ids, cache)


def decode(
    model: PreTrainedModel,
    prompts: Sequence[list[int]],
    prefix: Prefix,
    *,
    stop_ids: Collection[int],
    max_new_tokens: int,
    choose: Choose = likeliest,
    after_step: Callable[[], None] | None = None,
) -> list[list[int]]:
    """Append token after token.

    Args:
        model: in eval mode.
        prompts: token ids of each row; each begins with the prefix.
        prefix: of `shared_prefix`.
        stop_ids: a row ends with the first of these, which belongs to its answer.
        max_new_tokens: a row ends after so many.
        choose: chooses the next token of each row.
        after_step: called whenever each open row has got a token.

    Returns:
        The new tokens of each row, in the order of the prompts.
    """
    import torch

    shared = len(prefix.ids)
    width = max(map(len, prompts)) - shared
    padding = [width + shared - len(prompt) for prompt in prompts]
    tokens = torch.tensor(
        [[0] * pad + prompt[shared:] for pad, prompt in zip(padding, prompts, strict=True)],
        device=model.device,
    )
    mask = torch.tensor(
        [[1] * shared + [0] * pad + [1] * (width - pad) for pad in padding], device=model.device
    )
    positions = (mask.cumsum(-1) - 1).clamp(min=0)[:, shared:]
    cache = copy.deepcopy(prefix.cache)
    if shared:
        cache.batch_repeat_interleave(len(prompts))
    droppable = is_plain(cache)

    answers: list[list[int]] = [[] for _ in prompts]
    rows = list(range(len(prompts)))  # the prompt that each row of the batch belongs to
    open_rows = set(rows)
    step = 0
    with torch.inference_mode():
        while True:
            logits = model(
                input_ids=tokens,
                attention_mask=mask,
                position_ids=positions,
                past_key_values=cache,
                use_cache=True,
                logits_to_keep=1,
            ).logits
            chosen = choose(logits[:, -1], rows, step)
            step += 1
            for row, token in zip(rows, chosen.tolist(), strict=True):
                if row in open_rows:
                    answers[row].append(token)
                    if token in stop_ids or len(answers[row]) == max_new_tokens:
                        open_rows.remove(row)
            if after_step is not None:
                after_step()
            if not open_rows:
                return answers
            tokens, mask, positions = chosen[:, None], _one_longer(mask), positions[:, -1:] + 1
            if droppable and len(open_rows) < len(rows):
                keep = [index for index, row in enumerate(rows) if row in open_rows]
                rows = [rows[index] for index in keep]
                index = torch.tensor(keep, device=model.device)
                cache.batch_select_indices(index)
                tokens, mask, positions = tokens[index], mask[index], positions[index]


def common_beginning(prompts: Sequence[list[int]]) -> list[int]:
    """The longest beginning that all prompts share, leaving each at least its last token."""
    first, last = min(prompts), max(prompts)  # what these share, all between them share
    limit = min(map(len, prompts)) - 1
    differs = (place for place in range(limit) if first[place] != last[place])
    return first[: next(differs, limit)]


def _one_longer(mask: torch.Tensor) -> torch.Tensor:
    import torch

    return torch.cat([mask, mask.new_ones(len(mask), 1)], dim=1)


def is_plain(cache: Cache) -> bool:
    """Whether every layer keeps all keys and values, so that rows and prefixes can be cut and copied."""
    from transformers.cache_utils import DynamicLayer

    return bool(cache.layers) and all(type(layer) is DynamicLayer for layer in cache.layers)
