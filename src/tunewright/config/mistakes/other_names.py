"""Names that other tools use for settings of ours, and what does their job here.

Taken from axolotl, LLaMA-Factory, trl, transformers and peft. A setting of tunewright that is renamed
goes in here too, so that `set` values of older projects are named with what replaced them.
"""

from __future__ import annotations

INSTEAD: dict[str, str] = {
    "data.fields.completion": "completion_field response response_column output_column label_column",
    "data.fields.messages": "messages_field conversations conversation_column field_messages",
    "data.fields.prompt": "prompt_field prompt_column text_column dataset_text_field field_instruction",
    "data.sources": "dataset datasets dataset_dir dataset_name dataset_path data_path train_file train_data",
    "data.split.seed": "data_seed split_seed shuffle_seed",
    "data.split.test": "test_size test_split test_datasets",
    "data.split.validation": "val_set_size val_size eval_size validation_split eval_dataset "
    "validation_split_percentage",
    "evaluation.batch_size": "per_device_eval_batch_size eval_batch_size",
    "evaluation.max_new_tokens": "max_tokens generation_max_length max_completion_length",
    "evaluation.max_rows": "max_eval_samples eval_limit num_eval_samples",
    "evaluation.too_long": "truncate_prompt_tokens",
    "hardware.attn_implementation": "flash_attn flash_attention use_flash_attention_2 flash_attention_2 "
    "sdp_attention xformers_attention eager_attention",
    "hardware.devices": "num_processes nproc_per_node num_gpus n_gpu n_gpus world_size gpus",
    "hardware.gradient_checkpointing": "activation_checkpointing use_gradient_checkpointing "
    "disable_gradient_checkpointing",
    "hardware.memory_gb": "max_memory gpu_memory_limit max_memory_MB",
    "hardware.micro_batch_size": "per_device_train_batch_size auto_find_batch_size",
    "hardware.precision": "bf16 fp16 tf32 fp32 dtype torch_dtype mixed_precision bnb_4bit_compute_dtype "
    "compute_dtype pure_bf16 half",
    "hardware.strategy": "deepspeed deepspeed_config fsdp fsdp_config ddp distributed_type",
    "method": "adapter finetuning_type use_peft use_lora use_qlora peft_type peft_method load_in_8bit "
    "quantization_bit quantization_method bits",
    "method.early_stopping_patience": "early_stopping patience",
    "method.evals_per_epoch": "eval_steps eval_strategy evaluation_strategy evals save_steps save_strategy "
    "saves_per_epoch",
    "method.global_batch_size": "gradient_accumulation_steps train_batch_size total_batch_size "
    "effective_batch_size",
    "method.learning_rate": "lr max_lr base_lr",
    "method.lora.lora_alpha": "alpha scaling",
    "method.lora.lora_dropout": "dropout adapter_dropout",
    "method.lora.r": "lora_r lora_rank rank peft_lora_r",
    "method.lora.target_modules": "lora_target lora_target_modules lora_target_linear target_linear "
    "lora_modules target_parameters",
    "method.lora.use_dora": "peft_use_dora lora_use_dora",
    "method.lora.use_rslora": "peft_use_rslora lora_use_rslora",
    "method.lr_scheduler_type": "lr_scheduler scheduler lr_schedule",
    "method.max_grad_norm": "gradient_clipping grad_clip clip_grad_norm max_gradient_norm",
    "method.max_length": "cutoff_len sequence_len sequence_length max_seq_length max_seq_len "
    "model_max_length block_size max_prompt_length",
    "method.max_steps": "max_train_steps total_steps",
    "method.num_train_epochs": "num_epochs epochs n_epochs max_epochs",
    "method.optim": "optimizer optimiser",
    "method.quantization.bnb_4bit_quant_type": "quantization_type quant_type",
    "method.quantization.bnb_4bit_use_double_quant": "double_quantization use_double_quant "
    "use_bnb_nested_quant bnb_4bit_use_nested_quant",
    "method.too_long": "truncation truncation_side truncation_mode truncation_strategy truncate "
    "excess_length_strategy drop_long_samples",
    "method.warmup_ratio": "warmup warmup_steps num_warmup_steps",
    "method.weight_decay": "decay l2",
    "model.path": "model_path local_path model_dir",
    "model.repo_id": "base_model model_name model_name_or_path pretrained_model_name_or_path model_id",
    "model.revision": "model_revision revision_of_model base_model_revision",
    "seed": "random_seed random_state global_seed",
    "task.instructions": "system system_prompt default_system system_message",
    "task.output.labels": "label_names class_names classes",
    "tracking": "report_to logger use_wandb",
    "tracking.group": "wandb_group run_group",
    "tracking.mlflow.uri": "mlflow_tracking_uri tracking_uri",
    "tracking.notes": "wandb_notes",
    "tracking.project": "wandb_project mlflow_experiment_name",
    "tracking.tags": "wandb_tags",
    "tracking.wandb.entity": "wandb_entity wandb_team",
    "tracking.wandb.mode": "wandb_mode",
}
"""For each key (or group) of ours the names that others give it."""

NOTES: dict[str, str] = {
    "data.split.validation": "a share of the rows",
    "hardware.micro_batch_size": "rows per device and pass; `auto` takes what memory allows",
    "hardware.precision": "bf16, fp16 or fp32",
    "method": "choose it: tunewright set method=qlora (4-bit), lora, dora, rslora or full",
    "method.evals_per_epoch": "counted per epoch, not in steps; the best checkpoint is kept",
    "method.global_batch_size": "rows per optimizer step over all devices; accumulation follows from it",
    "method.too_long": "error, drop or truncate; only the oldest part of a prompt is ever cut",
    "method.warmup_ratio": "a share of all steps, not their number",
    "tracking": "choose it: tunewright set tracking=wandb-offline, wandb, mlflow or none",
}
"""What to know where the setting does not simply have another name."""

OTHER_SENSE: dict[str, str] = {
    "load_in_4bit": "for scoring; training on 4-bit weights is tunewright set method=qlora",
    "batch_size": "rows generated at once; training has method.global_batch_size",
    "precision": "the method does not fix it, the machine does",
    "temperature": "of the answers that are scored, or of the reference's; training draws none",
}
"""Names that we have too, for something else than others may mean."""

NOT_HERE: dict[str, str] = {
    "chat_template": "the chat template comes with the model's tokenizer",
    "template": "the chat template comes with the model's tokenizer",
    "completion_only_loss": "the loss is always on the answer alone",
    "assistant_only_loss": "the loss is always on the answer alone",
    "train_on_inputs": "the loss is always on the answer alone",
    "train_on_prompt": "the loss is always on the answer alone",
    "packing": "rows are not packed: without flash attention that leaks across examples",
    "sample_packing": "rows are not packed: without flash attention that leaks across examples",
    "top_k": "tokens are the likeliest, or drawn as evaluation.temperature and evaluation.top_p say",
    "do_sample": "tokens are drawn where evaluation.temperature is above 0",
    "num_beams": "no beams: tokens are the likeliest, or drawn where evaluation.temperature is above 0",
    "output_dir": "results lie in artifacts/, metrics/ and reports/, as dvc.yaml says",
    "resume_from_checkpoint": "an interrupted run goes on by itself: dvc repro",
    "load_best_model_at_end": "the best checkpoint by validation loss is always kept",
    "logging_steps": "every step is logged",
    "group_by_length": "batches are drawn at random; rows of a pass are padded as little as that allows",
}
"""Names of what is decided here, with the reason."""


def what_does_its_job(name: str) -> str:
    """A sentence on what stands here for another tool's name; empty if the name is not known."""
    if name in NOT_HERE:
        return f"there is no {name}: {NOT_HERE[name]}"
    key = _KEY_OF.get(name)
    if key is None:
        return ""
    note = f" ({NOTES[key]})" if key in NOTES else ""
    return f"{name} is {key} here{note}"


_KEY_OF = {name: key for key, names in INSTEAD.items() for name in names.split()}
