"""Options that do not exist, and choices that are none."""

from __future__ import annotations

from tests.config.mistakes.kind import Mistake, in_params, params

CHOICES = [
    in_params(
        "misspelt option",
        params(method="lorra"),
        "params.yaml:4",
        "method",
        "there are: dora, full, lora, qlora, rslora",
        "did you mean 'lora'?",
    ),
    in_params(
        "option in upper case", params(method="QLoRA"), "params.yaml:4", "method", "did you mean 'qlora'?"
    ),
    in_params(
        "option with a space",
        params(method="lora "),
        "params.yaml:4",
        "method",
        "did you mean 'lora'?",
        "ends with a space",
    ),
    in_params(
        "option of another group",
        params(method="cpu"),
        "params.yaml:4",
        "method",
        "'cpu' is an option of hardware",
    ),
    in_params(
        "option with suffix",
        params(method="lora.yaml"),
        "params.yaml:4",
        "method",
        "did you mean 'lora'?",
        "without folder and .yaml",
    ),
    in_params(
        "option with path",
        params(method="conf/method/lora"),
        "params.yaml:4",
        "method",
        "did you mean 'lora'?",
    ),
    in_params(
        "option that nothing resembles",
        params(method="zzz"),
        "params.yaml:4",
        "method",
        "add conf/method/zzz.yaml to make one",
    ),
    in_params(
        "several options",
        params(method=["lora", "qlora"]),
        "params.yaml:4",
        "method",
        'must name one option, not ["lora", "qlora"]',
        "tunewright run -m method=lora,qlora",
    ),
    in_params(
        "number for an option", params(method=3), "params.yaml:4", "method", "must name one option, not 3"
    ),
    in_params("null for an option", params(tracking=None), "params.yaml:7", "tracking", "not null"),
    in_params(
        "values under a group",
        params(method={"lora": {"r": 8}}),
        "params.yaml:4",
        "method",
        "single values under `set`",
    ),
    in_params(
        "group left out",
        params().replace('method: "lora"\n', ""),
        "params.yaml:1",
        "method",
        "no option is chosen",
        "add a line `method: OPTION`",
    ),
    in_params(
        "group misspelt",
        params().replace("method:", "methd:"),
        "params.yaml:4",
        "methd",
        "allowed: task, data, model, method",
        "did you mean 'method'?",
    ),
    in_params("value beside set", params() + "seed: 3\n", "params.yaml:9", "seed", "goes under `set`"),
    in_params(
        "another tool's key beside set",
        params() + "lora_rank: 3\n",
        "params.yaml:9",
        "lora_rank",
        "lora_rank is method.lora.r here",
    ),
    Mistake(
        "option with the suffix .yml",
        "method",
        ("move conf/method/mine.yml to conf/method/mine.yaml",),
        "params.yaml:4",
        params(method="mine"),
        {"conf/method/mine.yml": "defaults: [lora]\n"},
    ),
    Mistake(
        "option in a wrong folder",
        "method",
        ("move conf/methods/mine.yaml to conf/method/mine.yaml",),
        "params.yaml:4",
        params(method="mine"),
        {"conf/methods/mine.yaml": "defaults: [lora]\n"},
    ),
]
