"""Load a base or tuned model and its tokenizer from local folders; nothing here reaches a network."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tunewright.config.schema.method import Quantization
from tunewright.errors import ModelError
from tunewright.models.adapter import ADAPTER_CONFIG
from tunewright.models.adapter import attach_adapter as attach_adapter
from tunewright.models.folder import no_chat_template
from tunewright.models.quiet import quiet_known_messages

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedConfig, PreTrainedModel, PreTrainedTokenizerBase

Precision = Literal["bf16", "fp16", "fp32"]
DTYPES: dict[Precision, str] = {"bf16": "bfloat16", "fp16": "float16", "fp32": "float32"}


@dataclass(frozen=True)
class Loading:
    """How a model is loaded for scoring: base and tuned alike, by the settings of `evaluation`.

    Attributes:
        folder: of the base model.
        device, precision, quantization, trust_remote_code: as `load_model` takes them.
    """

    folder: Path
    device: str
    precision: Precision
    quantization: Quantization | None = None
    trust_remote_code: bool = False


def load_tokenizer(folder: Path, *, trust_remote_code: bool = False) -> PreTrainedTokenizerBase:
    """Load a tokenizer with a chat template; EOS pads where the model brings no padding token.

    Raises:
        ModelError: it cannot be read, or has no chat template.
    """
    from transformers import AutoTokenizer

    with explained(folder):
        tokenizer = AutoTokenizer.from_pretrained(
            folder, local_files_only=True, trust_remote_code=trust_remote_code
        )
    if not tokenizer.chat_template:
        raise no_chat_template(folder.name)
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def load_config(loading: Loading) -> PreTrainedConfig:
    """Read what a model says of itself, without its weights.

    Raises:
        ModelError: it cannot be read.
    """
    from transformers import AutoConfig

    with explained(loading.folder):
        config: PreTrainedConfig = AutoConfig.from_pretrained(
            loading.folder, local_files_only=True, trust_remote_code=loading.trust_remote_code
        )
    return config


def load_model(
    folder: Path,
    *,
    device: str,
    precision: Precision,
    attn_implementation: str = "sdpa",
    quantization: Quantization | None = None,
    for_training: bool = False,
    trust_remote_code: bool = False,
) -> PreTrainedModel:
    """Load a causal language model from safetensors, in eval mode, on the device.

    Args:
        folder: with config.json and safetensors.
        device: cpu, cuda (the process's current one) or mps.
        precision: of the weights; with quantization of the arithmetic and of what stays unquantized.
        attn_implementation: eager, sdpa or flash_attention_2.
        quantization: 4-bit weights; null keeps them in `precision`.
        for_training: gradients will be taken. Without it a 4-bit model may only generate.
        trust_remote_code: run Python code that lies in the folder.

    Raises:
        ModelError: missing device, damaged or incomplete files, unknown architecture or attention.
    """
    import torch

    quiet_known_messages()
    from transformers import AutoModelForCausalLM

    place = _place(device)
    options: dict[str, Any] = {"dtype": getattr(torch, DTYPES[precision])}
    if quantization is not None:
        options["quantization_config"] = _bits_and_bytes(quantization, options["dtype"])
    with explained(folder), no_progress_bar():
        model, report = AutoModelForCausalLM.from_pretrained(
            folder,
            local_files_only=True,
            use_safetensors=True,
            trust_remote_code=trust_remote_code,
            attn_implementation=attn_implementation,
            device_map={"": place},
            output_loading_info=True,
            **options,
        )
    if report["missing_keys"]:
        missing = sorted(report["missing_keys"])
        raise ModelError(
            f"{len(missing)} weights are not in its files and would be random, {missing[0]} among them",
            where=folder.name,
            fix="the files do not fit config.json: fetch or export the model again",
        )
    if for_training:
        keep_weights_trainable(model)
    return model


def load_base(loading: Loading) -> PreTrainedModel:
    """Load the base model for scoring.

    Raises:
        ModelError: what `load_model` raises.
    """
    return load_model(
        loading.folder,
        device=loading.device,
        precision=loading.precision,
        quantization=loading.quantization,
        trust_remote_code=loading.trust_remote_code,
    )


def load_tuned(loading: Loading, tuned_folder: Path) -> PreTrainedModel:
    """Load what training wrote for scoring: an adapter on its base model, or a whole model (method full).

    Args:
        loading: the base model, and how both are loaded.
        tuned_folder: an adapter or a whole model.

    Raises:
        ModelError: the folder holds neither, or what `load_model` and `attach_adapter` raise.
    """
    adapted = (tuned_folder / ADAPTER_CONFIG).is_file()
    if not adapted and not (tuned_folder / "config.json").is_file():
        raise ModelError(
            f"holds neither an adapter ({ADAPTER_CONFIG}) nor a model (config.json)",
            where=str(tuned_folder),
            fix="dvc repro train",
        )
    if not adapted:
        return load_base(replace(loading, folder=tuned_folder))
    return attach_adapter(load_base(loading), tuned_folder)


def keep_weights_trainable(model: torch.nn.Module) -> None:
    """Stop bitsandbytes from repacking 4-bit weights for inference; call before any forward pass.

    On CPUs with avx512_bf16, `Linear4bit.forward` (bitsandbytes 0.50.2) repacks the weights in place
    at the first pass in eval mode without gradients. Every later backward pass reads them in the old
    layout and computes wrong gradients, with no message.
    """
    from bitsandbytes.nn import Linear4bit

    for module in model.modules():
        if isinstance(module, Linear4bit):
            module.support_avx512bf16_for_cpu = False


def _bits_and_bytes(quantization: Quantization, dtype: torch.dtype) -> Any:  # noqa: ANN401 - transformers' config
    from transformers import BitsAndBytesConfig

    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type=quantization.bnb_4bit_quant_type,
        bnb_4bit_use_double_quant=quantization.bnb_4bit_use_double_quant,
        bnb_4bit_compute_dtype=dtype,
    )


def _place(device: str) -> str:
    """The device as `device_map` wants it: with several processes, each has a GPU of its own."""
    import torch

    if device == "cuda":
        if not torch.cuda.is_available():
            raise _no_device("cuda")
        return f"cuda:{torch.cuda.current_device()}"
    if device == "mps" and not torch.backends.mps.is_available():
        raise _no_device("mps")
    return device


def _no_device(device: str) -> ModelError:
    return ModelError(
        f"is {device}, but torch sees no such device here",
        where="hardware.device",
        fix="tunewright set hardware=cpu, or install a build of torch for the device",
    )


@contextmanager
def explained(folder: Path) -> Iterator[None]:
    """Turn what transformers raises for files it cannot use into a message with a way out."""
    from safetensors import SafetensorError

    name = folder.name
    try:
        yield
    except SafetensorError as error:
        raise ModelError(f"damaged weights: {error}", where=name, fix="dvc repro --force fetch") from error
    except (ImportError, OSError, RuntimeError, ValueError) as error:
        text = " ".join(str(error).split())
        if "trust_remote_code" in text:
            raise ModelError(
                "brings Python code of its own, which is not run unless you say so",
                where=name,
                fix="read the code, then: tunewright set model.trust_remote_code=true",
            ) from error
        if "attn_implementation" in text or "FlashAttention" in text:
            raise ModelError(
                f"the attention implementation cannot be had: {text}",
                where="hardware.attn_implementation",
                fix="tunewright set hardware.attn_implementation=sdpa",
            ) from error
        if "does not recognize this architecture" in text:
            raise ModelError(
                "the installed transformers does not know this architecture",
                where=name,
                fix="pip install --upgrade transformers, or choose another model",
            ) from error
        raise ModelError(f"cannot be loaded: {text}", where=name, fix="dvc repro --force fetch") from error


@contextmanager
def no_progress_bar() -> Iterator[None]:
    """Loading takes about a second: no bar, and no control codes in a pipe."""
    from transformers.utils import logging as transformers_logging

    shown = transformers_logging.is_progress_bar_enabled()
    transformers_logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            transformers_logging.enable_progress_bar()
