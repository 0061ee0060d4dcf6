"""The loss on supervised positions is plain cross entropy over the mask, gradients included."""

from __future__ import annotations

import pytest
import torch

from tunewright.models.load import load_model
from tunewright.training.batching import Collator
from tunewright.training.encode import IGNORED, EncodedRow
from tunewright.training.result import BaseModel
from tunewright.training.supervised_loss import shared_beginning, summed_loss, trained_tokens

ROWS = [
    EncodedRow("a", (5, 6, 7, 8, 9, 2), (IGNORED, IGNORED, IGNORED, 8, 9, 2)),
    EncodedRow("b", (10, 11, 12, 2), (IGNORED, IGNORED, 12, 2)),
    EncodedRow("c", (10, 13, 14, 15), (IGNORED, 13, IGNORED, 15)),
]


@pytest.mark.parametrize("attention", ["eager", "sdpa"])
def test_it_is_cross_entropy_over_the_mask(base: BaseModel, attention: str) -> None:
    model = load_model(base.folder, device="cpu", precision="fp32", attn_implementation=attention)
    batch = Collator(0)(ROWS)
    model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"])

    ours = summed_loss(model, model.get_output_embeddings(), batch)
    ours.backward()
    our_gradients = {name: weight.grad.clone() for name, weight in model.named_parameters()}
    model.zero_grad()

    logits = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
    plain = torch.nn.functional.cross_entropy(
        logits[:, :-1].reshape(-1, logits.shape[-1]), batch["labels"][:, 1:].reshape(-1), reduction="sum"
    )
    plain.backward()
    assert float(ours) == pytest.approx(float(plain), rel=1e-6)
    for name, weight in model.named_parameters():
        assert torch.allclose(our_gradients[name], weight.grad, rtol=1e-4, atol=1e-6), name


def test_the_head_sees_supervised_positions_alone_and_is_left_as_it_was(base: BaseModel) -> None:
    model = load_model(base.folder, device="cpu", precision="fp32")
    head = model.get_output_embeddings()
    seen: list[tuple[int, ...]] = []
    hook = head.register_forward_hook(lambda _, __, output: seen.append(tuple(output.shape)))
    batch = Collator(0)(ROWS)
    summed_loss(model, head, batch)
    assert seen == [(trained_tokens(batch), 512)] == [(7, 512)]
    hook.remove()
    assert model(input_ids=batch["input_ids"]).logits.shape == (3, 6, 512)


def test_the_loss_is_taken_in_fp32(base: BaseModel) -> None:
    model = load_model(base.folder, device="cpu", precision="bf16")
    assert summed_loss(model, model.get_output_embeddings(), Collator(0)(ROWS)).dtype == torch.float32


def test_a_batch_that_trains_nothing_gives_zero_with_a_gradient(base: BaseModel) -> None:
    model = load_model(base.folder, device="cpu", precision="fp32")
    loss = summed_loss(
        model, model.get_output_embeddings(), Collator(0)([EncodedRow("p", (1, 2), (IGNORED,) * 2)])
    )
    loss.backward()
    assert float(loss) == 0.0


def with_beginning(rows: list[EncodedRow], beginning: tuple[int, ...]) -> list[EncodedRow]:
    return [
        EncodedRow(row.id, beginning + row.input_ids, (IGNORED,) * len(beginning) + row.labels)
        for row in rows
    ]


@pytest.mark.parametrize("attention", ["eager", "sdpa"])
def test_a_shared_beginning_changes_neither_loss_nor_gradients(base: BaseModel, attention: str) -> None:
    model = load_model(base.folder, device="cpu", precision="fp32", attn_implementation=attention).train()
    head = model.get_output_embeddings()
    batch = Collator(0)(with_beginning(ROWS, tuple(range(20, 60))))
    passes: list[tuple[int, ...]] = []
    hook = model.model.register_forward_hook(lambda _, __, output: passes.append(output[0].shape[:2]))
    found = {}
    for share in (False, True):
        loss = summed_loss(model, head, batch, share_beginning=share)
        loss.backward()
        found[share] = (float(loss), {name: weight.grad.clone() for name, weight in model.named_parameters()})
        model.zero_grad()
    hook.remove()
    assert passes == [(3, 46), (1, 39), (3, 7)]
    assert found[True][0] == pytest.approx(found[False][0], rel=1e-6)
    for name, gradient in found[False][1].items():
        assert torch.allclose(found[True][1][name], gradient, rtol=1e-4, atol=1e-5), name


def test_what_is_shared_ends_before_what_is_trained() -> None:
    def shared(*rows: tuple[tuple[int, ...], int]) -> int:
        """Rows as (tokens, number of tokens in the prompt)."""
        encoded = [EncodedRow("", ids, (IGNORED,) * prompt + ids[prompt:]) for ids, prompt in rows]
        return shared_beginning(Collator(0)(encoded))

    assert shared(((1, 2, 3, 4, 5), 3)) == 0, "one row shares with none"
    assert shared(((1, 2, 3, 4, 9), 4), ((1, 2, 3, 5, 9), 4)) == 2
    assert shared(((1, 2, 3, 4), 3), ((1, 2, 3, 5), 3)) == 2, (
        "the last token of the prompt predicts the answer"
    )
    assert shared(((1, 2, 3, 4), 1), ((1, 2, 3, 4), 3)) == 0
    assert shared(((7, 2, 3), 2), ((1, 2, 3), 2)) == 0
    assert shared(((1, 2, 0, 0, 5), 4), ((1, 2, 5), 2)) == 1, "padding is not shared"
