"""Teacher forcing: how likely given tokens are, and which of them the model would have taken itself.

One pass over a text tells of every position what `decode` would do there: as long as the
likeliest token is the text's own, a greedy continuation repeats the text. So the longest run of such
positions is the longest verbatim continuation from any beginning, without generating one.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tunewright.evaluation.decoding import Prefix, is_plain

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel


def option_likelihoods(
    model: PreTrainedModel,
    prompts: Sequence[list[int]],
    options: Sequence[Sequence[list[int]]],
    prefix: Prefix,
) -> list[list[float]]:
    """Log-probability of each option as the continuation of its prompt.

    Each prompt is computed once and its keys and values copied for its options, where the model's
    cache allows it; else every option is computed with its whole prompt.

    Args:
        model: in eval mode.
        prompts: token ids; each begins with the prefix and is longer.
        options: for each prompt the token ids of its options, none empty.
        prefix: of `shared_prefix`.

    Returns:
        For each prompt the sum of the log-probabilities of each option's tokens.
    """
    import torch

    owner = [row for row, own in enumerate(options) for _ in own]
    flat = [option for own in options for option in own]
    with torch.inference_mode():
        if is_plain(prefix.cache) or prefix.ids:
            logits = _after_prompts(model, prompts, flat, owner, prefix)
        else:
            logits = _whole(model, [prompts[row] for row in owner], flat)
        sums = _sums(logits, flat)
    found: list[list[float]] = [[] for _ in prompts]
    for row, value in zip(owner, sums, strict=True):
        found[row].append(value)
    return found


def longest_runs(model: PreTrainedModel, texts: Sequence[list[int]], prefix: Prefix) -> list[int]:
    """The longest run of tokens behind the prefix that the model foretells, of each text.

    Args:
        model: in eval mode.
        texts: token ids; each begins with the prefix and is longer.
        prefix: of `shared_prefix`; its own tokens do not count.
    """
    import torch

    shared = len(prefix.ids)
    tokens, lengths = _padded(model, [text[shared:] for text in texts])
    cache = copy.deepcopy(prefix.cache)
    if shared:
        cache.batch_repeat_interleave(len(texts))
    positions = torch.arange(shared, shared + tokens.shape[1], device=tokens.device).expand(len(texts), -1)
    with torch.inference_mode():
        logits = model(
            input_ids=tokens, position_ids=positions, past_key_values=cache if shared else None
        ).logits
        foretold = (logits[:, :-1].argmax(-1) == tokens[:, 1:]).tolist()
    return [_longest(row[: length - 1]) for row, length in zip(foretold, lengths, strict=True)]


def _after_prompts(
    model: PreTrainedModel,
    prompts: Sequence[list[int]],
    flat: Sequence[list[int]],
    owner: Sequence[int],
    prefix: Prefix,
) -> torch.Tensor:
    """Logits before each option token, shape (options, longest option, vocabulary)."""
    import torch

    shared = len(prefix.ids)
    width = max(map(len, prompts)) - shared
    padding = [width + shared - len(prompt) for prompt in prompts]
    device = model.device
    tokens = torch.tensor(
        [[0] * pad + prompt[shared:] for pad, prompt in zip(padding, prompts, strict=True)], device=device
    )
    mask = torch.tensor([[1] * shared + [0] * pad + [1] * (width - pad) for pad in padding], device=device)
    cache = copy.deepcopy(prefix.cache)
    if shared:
        cache.batch_repeat_interleave(len(prompts))
    first: torch.Tensor = model(
        input_ids=tokens,
        attention_mask=mask,
        position_ids=(mask.cumsum(-1) - 1).clamp(min=0)[:, shared:],
        past_key_values=cache,
        use_cache=True,
        logits_to_keep=1,
    ).logits
    chosen = torch.tensor(owner, device=device)
    given, _ = _padded(model, [option[:-1] for option in flat])
    if given.shape[1] == 0:
        return first[chosen]
    cache.batch_select_indices(chosen)
    lengths = torch.tensor([len(prompt) for prompt in prompts], device=device)[chosen]
    rest = model(
        input_ids=given,
        attention_mask=torch.cat([mask[chosen], torch.ones_like(given)], dim=1),
        position_ids=lengths[:, None] + torch.arange(given.shape[1], device=device)[None, :],
        past_key_values=cache,
        use_cache=True,
    ).logits
    return torch.cat([first[chosen], rest], dim=1)


def _whole(model: PreTrainedModel, prompts: Sequence[list[int]], flat: Sequence[list[int]]) -> torch.Tensor:
    """As `_after_prompts`, one option after the other and without a cache."""
    import torch

    longest = max(map(len, flat))
    found = []
    for prompt, option in zip(prompts, flat, strict=True):
        ids = torch.tensor([[*prompt, *option[:-1]]], device=model.device)
        logits = model(input_ids=ids, use_cache=False, logits_to_keep=len(option)).logits
        found.append(torch.nn.functional.pad(logits, (0, 0, 0, longest - len(option))))
    return torch.cat(found)


def _sums(logits: torch.Tensor, flat: Sequence[list[int]]) -> list[float]:
    import torch

    sums = []
    for row, option in zip(logits, flat, strict=True):
        log_probabilities = torch.log_softmax(row[: len(option)].float(), dim=-1)
        taken = log_probabilities.gather(1, torch.tensor(option, device=row.device)[:, None])
        sums.append(float(taken.double().sum()))
    return sums


def _padded(model: PreTrainedModel, texts: Sequence[list[int]]) -> tuple[torch.Tensor, list[int]]:
    """Token ids padded on the right, which no token before can see, and their lengths."""
    import torch

    lengths = [len(text) for text in texts]
    width = max(lengths)
    rows = [[*text, *([0] * (width - len(text)))] for text in texts]
    return torch.tensor(rows, device=model.device, dtype=torch.long).reshape(len(texts), width), lengths


def _longest(foretold: Sequence[bool]) -> int:
    longest = run = 0
    for one in foretold:
        run = run + 1 if one else 0
        longest = max(longest, run)
    return longest
