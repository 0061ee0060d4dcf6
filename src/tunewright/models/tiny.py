"""Source `tiny`: a Llama of two layers with random weights, built on the spot, for tests.

It needs neither network nor transformers and is bit-identical on every machine: numpy's PCG64
draws the weights, and the files are written by hand.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

NAME = "tiny"
VERSION = "2"  # of the weights and the tokenizer: raise it when either changes

SEED = 20240817
VOCABULARY = 512
HIDDEN = 64
INTERMEDIATE = 128
LAYERS = 2
HEADS = 4
KEY_VALUE_HEADS = 2
INITIALIZER_RANGE = 0.02

END_OF_TEXT, TURN, END_OF_TURN = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
SPECIAL_TOKENS = (END_OF_TEXT, TURN, END_OF_TURN)

CHAT_TEMPLATE = (
    "{% if tools %}{{ '<|im_start|>tools\n' }}"
    "{% for tool in tools %}{{ (tool | tojson) + '\n' }}{% endfor %}{{ '<|im_end|>\n' }}{% endif %}"
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] }}"
    "{% for call in message['tool_calls'] or [] %}"
    "{{ '<tool_call>' + (call['function'] | tojson) + '</tool_call>' }}"
    "{% endfor %}"
    "{{ '<|im_end|>\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)

# What the byte-pair merges are learnt from: enough of plain English and of JSON that a test row
# takes about half as many tokens as letters.
CORPUS = """
The customer writes to the support team because the order has not arrived, and asks for a refund.
Read the ticket and answer with a JSON object that has the keys category, priority and product.
{"category": "delivery", "priority": "high", "product": null, "order_number": null, "needs_human": false}
{"label": "question", "answer": "yes", "score": 1, "name": "text", "value": true, "items": []}
system user assistant question instruction example answer message label summary reason language
Please tell me when it will be there. Thank you for your help. I would like to return it, as it is broken.
Is this what you wanted? There was nothing in the box that should have been with it. We are sorry.
"""


def build(folder: Path) -> None:
    """Write the model into an empty folder."""
    from safetensors.numpy import save_file

    save_file(_weights(), folder / "model.safetensors", metadata={"format": "pt"})
    _write(folder / "config.json", _config())
    _write(folder / "generation_config.json", {"eos_token_id": 2, "pad_token_id": 0})
    _tokenizer().save(str(folder / "tokenizer.json"))
    _write(
        folder / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "eos_token": END_OF_TURN,
            "pad_token": END_OF_TEXT,
            "model_max_length": 4096,
            "clean_up_tokenization_spaces": False,
        },
    )
    (folder / "chat_template.jinja").write_text(CHAT_TEMPLATE, encoding="utf-8")


def _config() -> dict[str, Any]:
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "dtype": "float32",
        "vocab_size": VOCABULARY,
        "hidden_size": HIDDEN,
        "intermediate_size": INTERMEDIATE,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "num_key_value_heads": KEY_VALUE_HEADS,
        "max_position_embeddings": 4096,
        "initializer_range": INITIALIZER_RANGE,
        "tie_word_embeddings": True,
        "bos_token_id": None,
        "eos_token_id": 2,
        "pad_token_id": 0,
    }


def _weights() -> dict[str, np.ndarray]:
    """Uniform weights of Llama's usual spread, in the order of their names; norms are one."""
    import numpy as np

    head = HIDDEN // HEADS
    shapes: dict[str, tuple[int, ...]] = {
        "model.embed_tokens.weight": (VOCABULARY, HIDDEN),
        "model.norm.weight": (HIDDEN,),
    }
    for layer in range(LAYERS):
        prefix = f"model.layers.{layer}."
        shapes |= {
            f"{prefix}self_attn.q_proj.weight": (HIDDEN, HIDDEN),
            f"{prefix}self_attn.k_proj.weight": (KEY_VALUE_HEADS * head, HIDDEN),
            f"{prefix}self_attn.v_proj.weight": (KEY_VALUE_HEADS * head, HIDDEN),
            f"{prefix}self_attn.o_proj.weight": (HIDDEN, HIDDEN),
            f"{prefix}mlp.gate_proj.weight": (INTERMEDIATE, HIDDEN),
            f"{prefix}mlp.up_proj.weight": (INTERMEDIATE, HIDDEN),
            f"{prefix}mlp.down_proj.weight": (HIDDEN, INTERMEDIATE),
            f"{prefix}input_layernorm.weight": (HIDDEN,),
            f"{prefix}post_attention_layernorm.weight": (HIDDEN,),
        }
    random = np.random.Generator(np.random.PCG64(SEED))
    half_width = INITIALIZER_RANGE * 3**0.5  # a uniform spread of this half-width has that deviation
    return {
        name: np.ones(shape, dtype=np.float32)
        if len(shape) == 1
        else ((2 * random.random(shape) - 1) * half_width).astype(np.float32)
        for name, shape in sorted(shapes.items())
    }


def _tokenizer() -> Any:  # noqa: ANN401 - tokenizers.Tokenizer, imported late
    """Byte-level BPE: every text can be written, and common words take few tokens."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=list(SPECIAL_TOKENS),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(CORPUS.splitlines(), trainer)
    return tokenizer


def _write(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, indent=2, sort_keys=True) + "\n", encoding="utf-8")
