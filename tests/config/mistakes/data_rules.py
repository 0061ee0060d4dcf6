"""Rules of data: values that are right by themselves and wrong together."""

from __future__ import annotations

from tests.config.mistakes.kind import in_set

HUB = {"repo_id": "acme/rows", "file": "rows.parquet"}
XML = {"path": "data/raw/a", "format": "chat", "licence": "x", "reader": "xml"}

DATA_RULES = [
    in_set(
        "secrets that nothing looks for",
        {"data": {"canaries": {"count": 5}}},
        "data.canaries.count",
        "5 made-up secrets would be trained, and no suite would look for them",
        "tunewright set evaluation.suites.leakage.enabled=true",
    ),
    in_set(
        "dropping by language from a sample",
        {"data": {"cleaning": {"flags": {"language": "drop"}}}},
        "data.cleaning.flags.language",
        "needs the language of every row, and data.cleaning.language_sample is 1000",
        "tunewright set data.cleaning.language_sample=null",
    ),
    in_set(
        "shares that do not sum to 1",
        {"data": {"split": {"train": 0.5}}},
        "data.split",
        "must sum to 1, not 0.8",
    ),
    in_set(
        "balance within groups",
        {"data": {"split": {"stratify_by": "completion"}}},
        "data.split.stratify_by",
        "cannot go with group_by",
    ),
    in_set(
        "a minimum by label without labels",
        {"data": {"minimum": {"purpose": "classification"}}},
        "data.minimum.purpose",
        "a task of kind extraction does not have",
    ),
    in_set(
        "ratio of a balance that only reports",
        {"data": {"balance": {"ratio": 2.0}}},
        "data.balance.ratio",
        "means nothing to policy report",
        "tunewright set data.balance.policy=downsample",
    ),
    in_set(
        "balance without classes",
        {"data": {"balance": {"policy": "oversample"}}},
        "data.balance.by",
        "oversample must know the classes",
    ),
    in_set(
        "a class for each answer",
        {"data": {"balance": {"by": "completion"}}},
        "data.balance.by",
        "would make a class of each answer",
    ),
    in_set(
        "balance by a misspelt key of the answer",
        {"data": {"balance": {"by": "completion.categry"}}},
        "data.balance.by",
        "the answers have no field 'categry'",
        "did you mean 'category'?",
    ),
    in_set(
        "balance by a field that is not kept",
        {"data": {"balance": {"by": "chanel"}}},
        "data.balance.by",
        "'chanel' is not kept with the rows",
        "did you mean 'channel'?",
    ),
    in_set(
        "balance by a field that is not there",
        {"data": {"split": {"group_by": None, "stratify_by": "completion.categry"}}},
        "data.split.stratify_by",
        "no field 'categry'",
        "did you mean 'category'?",
    ),
    in_set(
        "feedback in the test",
        {"data": {"sources": [{"path": "data/raw/feedback.jsonl", "format": "chat", "licence": "x"}]}},
        "data.sources.0.splits",
        "feedback is from where the model was wrong",
        "splits: [train]",
    ),
    in_set(
        "file outside data/raw",
        {"data": {"sources": [{"path": "/etc/passwd", "format": "csv", "licence": "x"}]}},
        "data.sources.0.path",
        "does not lie under data/raw/",
    ),
    in_set(
        "file listed twice",
        {"data": {"sources": [{"path": "data/raw/a", "format": "csv", "licence": "x"}] * 2}},
        "data.sources.1.path",
        "is listed twice",
    ),
    in_set(
        "misspelt key of an entry",
        {"data": {"sources": [{"path": "data/raw/a", "formt": "csv", "licence": "x"}]}},
        "data.sources.0.formt",
        "did you mean 'format'?",
    ),
    in_set(
        "a classification counted as a whole",
        {
            "task": {
                "kind": "classification",
                "metrics": ["accuracy"],
                "acceptance": [],
                "output": {"json_schema": None, "labels": ["waste", "water"]},
            },
            "data": {"minimum": {"purpose": "vocabulary"}},
        },
        "data.minimum.purpose",
        "vocabulary is counted over all rows",
    ),
    in_set(
        "transform that nobody registers",
        {"data": {"transforms": ["trim"]}},
        "data.transforms.0",
        "no transform 'trim' is registered",
        "registered: none",
    ),
    in_set(
        "reader that nobody registers",
        {"data": {"sources": [{"path": "data/raw/a", "format": "chat", "licence": "x", "reader": "xml"}]}},
        "data.sources.0.reader",
        "no reader 'xml' is registered",
    ),
    in_set(
        "reader of csv",
        {"data": {"sources": [{"path": "data/raw/a", "format": "csv", "licence": "x", "reader": "xml"}]}},
        "data.sources.0.format",
        "csv is read by tunewright itself",
        also=("data.sources.0.reader",),
    ),
    in_set(
        "reader whose rows are not described",
        {"data": {"sources": [{"path": "data/raw/a", "licence": "x", "reader": "xml"}]}},
        "data.sources.0.format",
        "auto looks at files, not at what a reader gives",
        "chat, openai, sharegpt, prompt_completion, alpaca",
        also=("data.sources.0.reader",),
    ),
    in_set(
        "encoding of a reader",
        {"data": {"sources": [{**XML, "encoding": "cp1252"}]}},
        "data.sources.0.encoding",
        "means nothing to a reader",
        also=("data.sources.0.reader",),
    ),
    in_set(
        "encoding that nobody knows",
        {"data": {"sources": [{"path": "data/raw/a", "licence": "x", "encoding": "ansi-de"}]}},
        "data.sources.0.encoding",
        "Python knows no encoding of text 'ansi-de'",
        "cp1252",
    ),
    in_set(
        "encoding that is none of text",
        {"data": {"sources": [{"path": "data/raw/a", "licence": "x", "encoding": "zlib"}]}},
        "data.sources.0.encoding",
        "Python knows no encoding of text 'zlib'",
    ),
    in_set(
        "template with an attribute's format",
        {"data": {"sources": [{"path": "data/raw/a", "licence": "x", "prompt_template": "{a!r:>9}"}]}},
        "data.sources.0.prompt_template",
        "between braces there must be the plain name of a field",
    ),
    in_set(
        "template with a brace that stands alone",
        {"data": {"sources": [{"path": "data/raw/a", "licence": "x", "prompt_template": "{a} }"}]}},
        "data.sources.0.prompt_template",
        "is no template",
    ),
    in_set(
        "template without a field",
        {"data": {"sources": [{"path": "data/raw/a", "licence": "x", "prompt_template": "a {{b}}"}]}},
        "data.sources.0.prompt_template",
        "it names no field",
    ),
    in_set(
        "template of conversations",
        {
            "data": {
                "sources": [
                    {"path": "data/raw/a", "licence": "x", "format": "chat", "prompt_template": "{a}"}
                ]
            }
        },
        "data.sources.0.prompt_template",
        "means nothing to rows of format chat",
    ),
    in_set(
        "column renamed to a number",
        {"data": {"sources": [{"path": "data/raw/a", "licence": "x", "rename": {"a": 1}}]}},
        "data.sources.0.rename.a",
        "must be text (not empty), not 1",
    ),
    in_set(
        "branch of a data set of the hub",
        {"data": {"sources": [{"path": "data/raw/a", "licence": "x", "hub": {**HUB, "revision": "main"}}]}},
        "data.sources.0.hub.revision",
        "must be text that matches ^[0-9a-f]{40}$, not 'main'",
    ),
    in_set(
        "two columns of one name",
        {"data": {"sources": [{"path": "data/raw/a", "licence": "x", "rename": {"a": "c", "b": "c"}}]}},
        "data.sources.0.rename",
        "gives two columns the name 'c'",
    ),
]
