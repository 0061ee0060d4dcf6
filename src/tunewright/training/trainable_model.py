"""The base model made ready for training: its precision, its adapter, what of it is trained."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tunewright.config.schema.hardware import Hardware
from tunewright.config.schema.method import Lora, Method
from tunewright.errors import TrainingError
from tunewright.models.load import Precision, load_model
from tunewright.training.memory import ModelShape

if TYPE_CHECKING:
    from peft import LoraConfig
    from transformers import PreTrainedModel


def load_trainable(
    base_folder: Path, method: Method, hardware: Hardware, *, seed: int, trust_remote_code: bool
) -> PreTrainedModel:
    """Load the base model and attach a new adapter, or make every weight trainable.

    Base weights under an adapter are held in the hardware's precision (or in 4 bits) and frozen; the
    adapter's are trained in fp32. A model trained in full is held in fp32 and computed in the
    hardware's precision (autocast): updates are often smaller than bf16 can add.

    Raises:
        ModelError: the model cannot be loaded.
        TrainingError: the adapter's target modules do not fit the model.
    """
    from transformers import set_seed

    model = load_model(
        base_folder,
        device="cpu" if hardware.strategy == "fsdp" and method.quantization is None else hardware.device,
        precision=base_precision(method, hardware),
        attn_implementation=hardware.attn_implementation,
        quantization=method.quantization,
        for_training=True,
        trust_remote_code=trust_remote_code,
    )
    set_seed(seed)  # the adapter's first weights are drawn
    if method.lora is None:
        return model.requires_grad_(requires_grad=True)
    return attach_new_adapter(model, method.lora)


def base_precision(method: Method, hardware: Hardware) -> Precision:
    """In which precision the base weights are held."""
    return "fp32" if method.lora is None else hardware.precision


def attach_new_adapter(model: PreTrainedModel, lora: Lora) -> PreTrainedModel:
    """Wrap the model in peft with a new LoRA adapter in fp32, which changes nothing yet.

    Raises:
        TrainingError: a target module is not in the model, or is its head.
    """
    from peft import get_peft_model
    from peft.tuners.lora import LoraLayer

    try:
        adapted = get_peft_model(model, lora_config(lora))
    except ValueError as error:
        raise TrainingError(
            f"the adapter does not fit the model: {' '.join(str(error).split())[:300]}",
            where="method.lora.target_modules",
            fix=f"tunewright set method.lora.target_modules=all-linear, or names of: {_linear_names(model)}",
        ) from error
    if isinstance(adapted.get_output_embeddings(), LoraLayer):
        raise TrainingError(
            "an adapter on the model's head is not supported: trl computes it without the adapter",
            where="method.lora.target_modules",
            fix="leave the head out, or: tunewright set method.lora.target_modules=all-linear",
        )
    for layer in adapted.modules():
        if isinstance(layer, LoraLayer):
            # Autocast chooses the precision of the product; a copy of the input in fp32 only costs.
            layer.cast_input_dtype_enabled = False
    return adapted


def lora_config(lora: Lora) -> LoraConfig:
    """The settings as peft takes them."""
    from peft import LoraConfig

    targets: Any = lora.target_modules if isinstance(lora.target_modules, str) else list(lora.target_modules)
    return LoraConfig(
        task_type="CAUSAL_LM",
        r=lora.r,
        lora_alpha=lora.lora_alpha,
        lora_dropout=lora.lora_dropout,
        target_modules=targets,
        use_dora=lora.use_dora,
        use_rslora=lora.use_rslora,
    )


def shape_of(model: PreTrainedModel) -> ModelShape:
    """What the memory estimate needs, read off a loaded model."""
    config = model.config.get_text_config()
    return ModelShape(
        hidden_size=config.hidden_size,
        intermediate_size=config.intermediate_size,
        num_hidden_layers=config.num_hidden_layers,
        num_attention_heads=config.num_attention_heads,
        vocab_size=config.vocab_size,
        weight_bytes=sum(weight.numel() * weight.element_size() for weight in model.parameters()),
        trainable_parameters=sum(weight.numel() for weight in model.parameters() if weight.requires_grad),
    )


def beginning_can_be_shared(model: PreTrainedModel, method: Method, hardware: Hardware) -> bool:
    """Whether keys and values of a common beginning may be computed once for all rows of a pass.

    Not with dropout (drawn once for all rows), gradient checkpointing (keeps no keys and values),
    several devices (DDP expects one forward pass a step), or layers other than full attention.
    """
    kinds = getattr(model.config.get_text_config(), "layer_types", None) or ["full_attention"]
    return (
        hardware.devices == 1
        and not hardware.gradient_checkpointing
        and (method.lora is None or method.lora.lora_dropout == 0.0)
        and set(kinds) == {"full_attention"}
    )


def total_parameters(model: PreTrainedModel) -> int:
    """Number of weights; a 4-bit weight counts as one, though two share a byte."""
    return sum(
        weight.quant_state.shape.numel()
        if getattr(weight, "quant_state", None) is not None
        else weight.numel()
        for weight in model.parameters()
    )


def _linear_names(model: PreTrainedModel) -> str:
    from torch.nn import Linear

    head = model.get_output_embeddings()
    layers = {
        name.rpartition(".")[2]
        for name, part in model.named_modules()
        if isinstance(part, Linear) and part is not head
    }
    return ", ".join(sorted(layers))
