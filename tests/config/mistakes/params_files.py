"""Faults of params.yaml as a file."""

from __future__ import annotations

from tests.config.mistakes.kind import Mistake, in_params, params

PARAMS_FILES = [
    in_params("no params.yaml", None, "params.yaml", "file", "does not exist", "tunewright new"),
    in_params(
        "empty params.yaml",
        "",
        "params.yaml:1",
        "tracking",
        "no option is chosen; there are: mlflow, none, wandb",
        also=("task", "data", "model", "method", "hardware", "evaluation"),
    ),
    in_params("list for params.yaml", "- a\n", "params.yaml:1", "yaml", "must hold `key: value` lines"),
    in_params("text for params.yaml", "hello\n", "params.yaml:1", "yaml", "with a space after the colon"),
    in_params(
        "params.yaml in another encoding",
        b"task: a\nmodel: \xe9\n",
        "params.yaml:2",
        "file",
        "is not UTF-8",
        "save it as UTF-8",
    ),
    in_params("params.yaml in UTF-16", "task: a\n".encode("utf-16"), "params.yaml:1", "file", "is not UTF-8"),
    Mistake(
        "folder for params.yaml",
        "file",
        ("is a folder, not a file",),
        "params.yaml",
        None,
        {"params.yaml/x": ""},
    ),
    in_params("tab", params() + "\tx: 1\n", "params.yaml:9", "yaml", "is no YAML", "spaces, not tabs"),
    in_params("key twice", params() + "task: x\n", "params.yaml:9", "yaml", "has a key twice", '"task"'),
    in_params(
        "open bracket", params() + "x: [1\n", "params.yaml:10", "yaml", "is no YAML", "close what is open"
    ),
    in_params("open quote", params() + "x: 'a\n", "params.yaml:10", "yaml", "is no YAML"),
    in_params(
        "no space after the colon",
        params() + "seed:3\n",
        "params.yaml:10",
        "yaml",
        "is no YAML",
        "write `key: value`",
    ),
    in_params(
        "colon in a value",
        params() + "x: a: b\n",
        "params.yaml:9",
        "yaml",
        "put a value that holds a colon in quotes",
    ),
    in_params(
        "value that begins with a sign",
        params() + "x: @a\n",
        "params.yaml:9",
        "yaml",
        "begins with such a sign in quotes",
    ),
    in_params(
        "wrong indentation",
        params().replace("set: {}", "set:\n  method:\n      optim: a\n    seed: 1"),
        "params.yaml:11",
        "yaml",
        "is no YAML",
    ),
    in_params("two documents", params() + "---\na: 1\n", "params.yaml:9", "yaml", "is no YAML"),
    in_params("unknown tag", params() + "x: !secret a\n", "params.yaml:9", "yaml", "tag", "!secret"),
    in_params(
        "alias that holds itself",
        params().replace("{}", "&a {method: *a}"),
        "params.yaml",
        "yaml",
        "refers to what holds it",
    ),
    in_params("alias to nothing", params() + "x: *a\n", "params.yaml:9", "yaml", "undefined alias"),
    in_params(
        "nested without end",
        params() + "x: " + "[" * 3000 + "]" * 3000 + "\n",
        "params.yaml",
        "yaml",
        "nested too deeply",
    ),
    in_params(
        "set as a list",
        params(set=[{"seed": 1}]),
        "params.yaml:8",
        "set",
        "must be a mapping, not",
        "e.g. set: {method:",
    ),
    in_params("set as text", params(set="seed=1"), "params.yaml:8", "set", "must be a mapping, not 'seed=1'"),
]
