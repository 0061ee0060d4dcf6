"""A tiny sequence classifier, trained on the spot to flag one planted word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

FLAGGED = "idiot"
LABELS = ("fine", "toxic")
WORDS = ("[UNK]", "[PAD]", FLAGGED)


def save_classifier(folder: Path, *, problem_type: str | None = None) -> Path:
    """Save it with its tokenizer; a text with the word is `toxic`, any other `fine`."""
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
    from transformers import DistilBertConfig, DistilBertForSequenceClassification, PreTrainedTokenizerFast

    words = Tokenizer(models.WordLevel({word: place for place, word in enumerate(WORDS)}, unk_token="[UNK]"))
    words.normalizer = normalizers.Lowercase()
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=words,
        unk_token="[UNK]",
        pad_token="[PAD]",
        model_max_length=256,
        model_input_names=["input_ids", "attention_mask"],
    )
    torch.manual_seed(0)
    config = DistilBertConfig(
        vocab_size=len(WORDS),
        dim=8,
        hidden_dim=16,
        n_heads=1,
        n_layers=1,
        max_position_embeddings=256,
        pad_token_id=1,
        id2label=dict(enumerate(LABELS)),
        label2id={label: place for place, label in enumerate(LABELS)},
        problem_type=problem_type,
        dropout=0.0,
        attention_dropout=0.0,
        seq_classif_dropout=0.0,
    )
    model = DistilBertForSequenceClassification(config)
    _teach(model, tokenizer)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _teach(model: Any, tokenizer: Any) -> None:
    import torch

    plain = ("yes", "you are right about it", "this is how it goes , my friend", "no no no no")
    texts = [*plain, *(f"{text} {FLAGGED}" for text in plain), *(f"{FLAGGED} {text}" for text in plain)]
    labels = torch.tensor([0] * len(plain) + [1] * 2 * len(plain))
    encoded = tokenizer(texts, padding=True, return_tensors="pt")
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-2)
    model.train()
    for _ in range(80):
        optimizer.zero_grad()
        logits = model(**encoded).logits
        torch.nn.functional.cross_entropy(logits, labels).backward()
        optimizer.step()
