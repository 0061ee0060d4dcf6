"""Faults of option files and of the lists of options that they build on."""

from __future__ import annotations

from tests.config.mistakes.kind import MINE, Mistake, in_option, params

OPTION_FILES = [
    in_option(
        "unknown key in an option",
        "# mine\ndefaults: [lora, _self_]\n\nlerning_rate: 1e-4\n",
        4,
        "method.lerning_rate",
        "did you mean 'learning_rate'?",
    ),
    in_option(
        "dotted key in an option",
        "defaults: [lora, _self_]\nlora.r: 4\n",
        2,
        "method.lora.r",
        "keys are nested: lora: {r: ...}",
    ),
    in_option(
        "wrong type in an option",
        "defaults: [lora, _self_]\nlora:\n  r: a lot\n",
        3,
        "method.lora.r",
        "a whole number from 1 to 1024, not 'a lot'",
    ),
    in_option(
        "group repeated in its option",
        "defaults: [lora, _self_]\nmethod:\n  max_length: 9\n",
        2,
        "method.method",
        "unknown key",
    ),
    in_option(
        "misspelt defaults",
        "defalts: [lora]\nlora: null\nlearning_rate: 1\n",
        1,
        "method.defalts",
        "did you mean 'defaults'?",
    ),
    in_option(
        "defaults to nothing",
        "\ndefaults: [lorra, _self_]\n",
        2,
        "method.defaults",
        "no option 'lorra'; there are: dora",
        "did you mean 'lora'?",
    ),
    in_option(
        "defaults of another group", "defaults:\n  - lora\n  - cpu\n", 3, "method.defaults", "no option 'cpu'"
    ),
    in_option(
        "defaults as text",
        "defaults: lora\n",
        1,
        "method.defaults",
        "must be a list",
        "defaults: [lora, _self_]",
    ),
    in_option("defaults null", "defaults:\n", 1, "method.defaults", "must be a list"),
    in_option("defaults with a number", "defaults: [3]\n", 1, "method.defaults", "3 is no name of an option"),
    in_option(
        "defaults of itself", "defaults: [mine]\n", 1, "method.defaults", "goes in a circle: mine -> mine"
    ),
    in_option(
        "_self_ twice",
        "defaults: [lora, _self_, _self_]\n",
        1,
        "method.defaults",
        "_self_ stands there twice",
    ),
    in_option(
        "package header",
        "# @package _global_\nlora: null\nlearning_rate: 1\n",
        1,
        "method",
        "takes the values out of their group",
        "remove the line",
    ),
    in_option("tab in an option", "lora:\n\tr: 8\n", 2, "yaml", "spaces, not tabs"),
    in_option(
        "key twice in an option",
        "defaults: [lora, _self_]\noptim: a\noptim: b\n",
        3,
        "yaml",
        "has a key twice",
    ),
    in_option("list for an option", "- a\n", 1, "yaml", "must hold `key: value` lines"),
    in_option("text for an option", "hello\n", 1, "yaml", "must hold `key: value` lines"),
    Mistake(
        "empty option",
        "method.learning_rate",
        ("needs a value: a number", "defaults: [dora, _self_]"),
        f"{MINE}:1",
        params(method="mine"),
        {MINE: ""},
        also=("method.lora",),
    ),
    in_option("option in another encoding", b"# gr\xfc\xdfe\n", 1, "file", "is not UTF-8"),
    in_option("null as key", "defaults: [lora, _self_]\nnull: 3\n", 2, "null", "a key must be text"),
    Mistake(
        "defaults in a circle",
        "method.defaults",
        ("goes in a circle: mine -> other -> mine",),
        "conf/method/other.yaml:2",
        params(method="mine"),
        {MINE: "defaults: [other]\n", "conf/method/other.yaml": "\ndefaults: [mine]\n"},
    ),
    Mistake(
        "shadowing file that lacks a key",
        "method.learning_rate",
        ("needs a value", "hides the packaged option"),
        "conf/method/lora.yaml:1",
        params(),
        {"conf/method/lora.yaml": "lora: {r: 8}\n"},
    ),
    Mistake(
        "shadowing file that builds on itself",
        "method.defaults",
        ("goes in a circle: lora -> lora", "give it another name"),
        "conf/method/lora.yaml:1",
        params(),
        {"conf/method/lora.yaml": "defaults: [lora, _self_]\nlearning_rate: 1\n"},
    ),
    Mistake(
        "folder for an option",
        "file",
        ("is a folder, not a file",),
        MINE,
        params(method="mine"),
        {f"{MINE}/x": ""},
    ),
]
