"""Keys that the schema does not have."""

from __future__ import annotations

from tests.config.mistakes.kind import in_params, in_set, params

UNKNOWN_KEYS = [
    in_set("misspelt group", {"metod": {"lora": {"r": 8}}}, "metod", "unknown key", "did you mean 'method'?"),
    in_set("misspelt value", {"sead": 1}, "sead", "did you mean 'seed'?", "project, seed, task"),
    in_set(
        "misspelt key",
        {"method": {"learning_rat": 1}},
        "method.learning_rat",
        "'learning_rate'?",
        "max_length",
    ),
    in_set(
        "misspelt deep key", {"method": {"lora": {"lora_alfa": 8}}}, "method.lora.lora_alfa", "'lora_alpha'?"
    ),
    in_set("key in upper case", {"method": {"LORA": {"r": 8}}}, "method.LORA", "did you mean 'lora'?"),
    in_set("hyphen for underscore", {"method": {"max-length": 64}}, "method.max-length", "'max_length'?"),
    in_set("key with a space", {"method": {"optim ": "x"}}, "method.optim ", "'optim'?", "ends with a space"),
    in_set("look-alike letters", {"mеthod": {}}, "mеthod", "'method'?", "cyrillic small letter ie"),
    in_set("invisible character", {"seed\u200b": 1}, "seed\u200b", "'seed'?", "zero width space"),
    in_set("number as key", {"method": {3: 8}}, "method.3", "keys are names"),
    in_params(
        "decimal comma",
        params().replace("{}", "{method: {learning_rate: 0,0001}}"),
        "params.yaml:8",
        "method.1",
        "decimal point written as a comma",
        also=("method.learning_rate",),
    ),
    in_set("dotted key", {"method.lora.r": 8}, "method.lora.r", "keys are nested: method: {lora: {r: ...}}"),
    in_set("dotted key below a group", {"method": {"lora.r": 8}}, "method.lora.r", "nested: lora: {r: ...}"),
    in_set(
        "key of another group",
        {"method": {"max_new_tokens": 9}},
        "method.max_new_tokens",
        "belongs elsewhere: evaluation.max_new_tokens",
    ),
    in_set(
        "key without its group",
        {"learning_rate": 1e-4},
        "learning_rate",
        "belongs elsewhere: method.learning_rate",
    ),
    in_set("misspelt key without its group", {"learning_rat": 1e-4}, "learning_rat", "method.learning_rate?"),
    in_set("another tool's name", {"method": {"lora_r": 8}}, "method.lora_r", "lora_r is method.lora.r here"),
    in_set(
        "another tool's name for a choice",
        {"model": {"load_in_8bit": True}},
        "model.load_in_8bit",
        "tunewright set method=qlora",
    ),
    in_set(
        "another tool's setting that is settled here",
        {"method": {"packing": True}},
        "method.packing",
        "leaks across examples",
    ),
    in_set("key that nothing resembles", {"zzz": 1}, "zzz", "unknown key; allowed: project, seed, task"),
    in_set("generated key", {"versions": {"tunewright": "9"}}, "versions", "cannot be set", "remove it"),
]
