"""Values of the wrong kind, form or size."""

from __future__ import annotations

from tests.config.mistakes.kind import Mistake, in_params, in_set, packaged, params

LONG = "x" * 300

WRONG_VALUES = [
    in_set(
        "number in quotes",
        {"method": {"learning_rate": "1e-4"}},
        "method.learning_rate",
        "must be a number greater than 0 and at most 1, not '1e-4'",
        "write 1e-4, without quotes",
    ),
    in_set("number with a comma", {"method": {"weight_decay": "0,1"}}, "method.weight_decay", "write 0.1,"),
    in_set("number with thousands", {"method": {"max_length": "1,024"}}, "method.max_length", "write 1024,"),
    in_set(
        "number with a unit",
        {"hardware": {"memory_gb": "16GB"}},
        "hardware.memory_gb",
        "or null, not '16GB'",
        "the number alone: 16",
    ),
    in_set(
        "per cent",
        {"method": {"warmup_ratio": "5%"}},
        "method.warmup_ratio",
        "write 0.05: shares are numbers",
    ),
    in_set(
        "fraction for a count",
        {"method": {"global_batch_size": 1.5}},
        "method.global_batch_size",
        "a whole number from 1 to 65536, not 1.5",
    ),
    in_set("whole number with a point", {"seed": 3.0}, "seed", "a whole number", "write 3"),
    in_set("too small", {"method": {"learning_rate": 0}}, "method.learning_rate", "greater than 0", "not 0"),
    in_set(
        "too large", {"evaluation": {"few_shot": {"k": 65}}}, "evaluation.few_shot.k", "from 1 to 64, not 65"
    ),
    in_set("negative", {"seed": -1}, "seed", "from 0 to 4294967295, not -1"),
    in_params(
        "not a number",
        params().replace("{}", "{method: {learning_rate: .nan}}"),
        "params.yaml:8",
        "method.learning_rate",
        "a number greater than 0",
        "not NaN",
    ),
    in_params(
        "infinite",
        params().replace("{}", "{method: {max_grad_norm: .inf}}"),
        "params.yaml:8",
        "method.max_grad_norm",
        "a number greater than 0, not Infinity",
    ),
    in_set(
        "null where not allowed",
        {"method": {"optim": None}},
        "method.optim",
        "not null",
        "leave the line out to take the default",
    ),
    in_set(
        "none as text",
        {"evaluation": {"max_rows": "none"}},
        "evaluation.max_rows",
        "or null, not 'none'",
        "write null, without quotes",
    ),
    in_set(
        "list for a value",
        {"method": {"learning_rate": [1e-4, 3e-4]}},
        "method.learning_rate",
        "not [0.0001, 0.0003]",
        "tunewright run -m",
    ),
    in_set(
        "list of one for a value",
        {"method": {"learning_rate": [1e-4]}},
        "method.learning_rate",
        "without brackets",
    ),
    in_set(
        "comma list",
        {"method": {"lora": {"target_modules": "q_proj,v_proj"}}},
        "method.lora.target_modules",
        "'all-linear', or a list of texts",
        "write a list: [q_proj, v_proj]",
    ),
    in_set(
        "value for a list",
        {"task": {"metrics": "exact_match"}},
        "task.metrics",
        "a list of texts with at least one entry",
        "write a list: [exact_match]",
    ),
    in_set("empty list", {"data": {"sources": []}}, "data.sources", "with at least one entry, not []"),
    in_set(
        "wrong entry of a list",
        {"method": {"lora": {"target_modules": ["q_proj", 3]}}},
        "method.lora.target_modules.1",
        "must be text",
        "not 3",
    ),
    in_set(
        "entry of a list without a key",
        {"data": {"sources": [{"path": "data/raw/a", "format": "chat"}]}},
        "data.sources.0.licence",
        "needs a value",
    ),
    in_set(
        "list given by index",
        {"task": {"acceptance": {"0": {"min": 0.5}}}},
        "task.acceptance",
        "a list is given whole: task.acceptance=[...]",
    ),
    in_set(
        "mapping for a value",
        {"method": {"learning_rate": {"min": 1}}},
        "method.learning_rate",
        "give the value itself",
    ),
    in_set(
        "value for a mapping",
        {"method": {"lora": 8}},
        "method.lora",
        "a mapping (r, lora_alpha",
        "or null, not 8",
    ),
    in_set("list for a mapping", {"method": {"lora": [8]}}, "method.lora", "a mapping", "not [8]"),
    in_set(
        "value for a group",
        {"method": "full"},
        "method",
        "must be a mapping (lora,",
        "chosen outside `set`: method: OPTION",
    ),
    in_set(
        "truth in quotes",
        {"evaluation": {"load_in_4bit": "true"}},
        "evaluation.load_in_4bit",
        "true or false, not 'true'",
        "write true, without quotes",
    ),
    in_set(
        "number for a truth",
        {"evaluation": {"load_in_4bit": 1}},
        "evaluation.load_in_4bit",
        "true or false, not 1",
    ),
    in_set(
        "number for text", {"tracking": {"project": 3}}, "tracking.project", "must be text", 'in quotes: "3"'
    ),
    in_set("empty text", {"task": {"kpi": {"target": ""}}}, "task.kpi.target", "text (not empty), not ''"),
    in_set(
        "misspelt name",
        {"method": {"lr_scheduler_type": "cosin"}},
        "method.lr_scheduler_type",
        "'linear', 'cosine', 'constant' or",
        "did you mean 'cosine'?",
    ),
    in_set(
        "name in upper case",
        {"hardware": {"precision": "BF16"}},
        "hardware.precision",
        "did you mean 'bf16'?",
    ),
    in_set(
        "neither name nor number",
        {"hardware": {"micro_batch_size": "autoo"}},
        "hardware.micro_batch_size",
        "'auto', or a whole number of 1 or more",
        "did you mean 'auto'?",
    ),
    in_set(
        "wrong form",
        {"project": {"slug": "My Project"}},
        "project.slug",
        "text that matches",
        "not 'My Project'",
    ),
    in_set("very long value", {"method": {"optim": LONG}}, "method.optim", "not 'xxxx", "..."),
    in_params(
        "binary value",
        params().replace("{}", "{tracking: {project: !!binary aGk=}}"),
        "params.yaml:8",
        "tracking.project",
        "is binary",
    ),
    in_params(
        "half a character",
        params().replace("{}", '{tracking: {project: "\\ud800"}}'),
        "params.yaml:8",
        "tracking.project",
        "surrogate pair",
    ),
    Mistake(
        "value that is still missing",
        "model.path",
        ("needs a value: text", "tunewright set model.path=VALUE"),
        packaged("model/path.yaml", "path: "),
        params(model="path"),
        also=("model.licence",),
    ),
]
