"""Faults of conf/config.yaml, conf/base.yaml and the answer schema."""

from __future__ import annotations

from tests.config.mistakes.kind import Mistake, in_config, in_set, primary

SCHEMA = "conf/task/support_triage.schema.json"

CONFIG_FILES = [
    in_config(
        "option in config.yaml's defaults",
        primary().replace("base, ", "base, lora, "),
        1,
        "defaults",
        "'lora' is no file of conf/; options are chosen in params.yaml",
    ),
    in_config("no config.yaml", None, None, "file", "does not exist", "tunewright new"),
    in_config(
        "config.yaml without base",
        "defaults: [_self_]\nhydra: {searchpath: [pkg://tunewright.conf]}\n",
        1,
        "defaults",
        "does not start from `base`",
        "defaults: [base, _self_]",
    ),
    in_config(
        "config.yaml without searchpath",
        "defaults: [base, _self_]\nproject: {name: x, slug: x}\n",
        1,
        "hydra.searchpath",
        "pkg://tunewright.conf",
    ),
    in_config(
        "misspelt searchpath",
        primary("pkg://tunewrigt.conf"),
        2,
        "hydra.searchpath",
        "does not list tunewright's own options",
    ),
    Mistake(
        "empty config.yaml",
        "defaults",
        ("does not start from `base`",),
        "conf/config.yaml:1",
        files={"conf/config.yaml": ""},
        also=("hydra.searchpath",),
    ),
    in_config("tab in config.yaml", "defaults: [base]\n\tx: 1\n", 2, "yaml", "spaces, not tabs"),
    in_config("unknown key in config.yaml", primary() + "\nsede: 3\n", 5, "sede", "did you mean 'seed'?"),
    in_config(
        "hydra setting in config.yaml",
        primary().replace("hydra: {", "hydra: {jobs: 3, "),
        2,
        "hydra.jobs",
        "only `searchpath` may stand here",
    ),
    in_config(
        "project without slug",
        primary(project="{name: x}"),
        3,
        "project.slug",
        "needs a value",
        "tunewright set project.slug=VALUE",
    ),
    Mistake(
        "no project",
        "projct",
        ("did you mean 'project'?",),
        "conf/config.yaml:3",
        files={"conf/config.yaml": primary().replace("project", "projct")},
        also=("project",),
    ),
    Mistake(
        "base.yaml of the project's own",
        "defaults",
        ("lists no option for task, data", "remove the file"),
        "conf/base.yaml:1",
        files={"conf/base.yaml": "seed: 3\n"},
    ),
]

ANSWER_SCHEMAS = [
    in_set(
        "answer schema that is not there",
        {"task": {"output": {"json_schema": "gone.json"}}},
        "task.output.json_schema",
        "no file 'gone.json'",
        "add conf/gone.json",
    ),
    in_set(
        "answer schema misspelt",
        {"task": {"output": {"json_schema": "task/suport_triage.schema.json"}}},
        "task.output.json_schema",
        "did you mean 'task/support_triage.schema.json'?",
    ),
    in_set(
        "answer schema that is none",
        {"task": {"output": {"json_schema": {"type": "objekt"}}}},
        "task.output.json_schema",
        "is no JSON Schema (2020-12): at type",
    ),
    in_set(
        "answer schema of a list",
        {"task": {"output": {"json_schema": {"type": "array"}}}},
        "task.output.json_schema",
        "must describe an object",
    ),
    Mistake(
        "answer schema that is no JSON",
        "task.output.json_schema",
        ("is no JSON: Expecting",),
        f"{SCHEMA}:2",
        files={SCHEMA: '{\n"type" "object"}'},
    ),
    Mistake(
        "empty answer schema", "task.output.json_schema", ("is no JSON",), f"{SCHEMA}:1", files={SCHEMA: ""}
    ),
    Mistake(
        "answer schema in another encoding",
        "task.output.json_schema",
        ("is not UTF-8",),
        f"{SCHEMA}:1",
        files={SCHEMA: b"\xff"},
    ),
]
