"""Contracts, rules and metrics of a task: values that are right by themselves and wrong together."""

from __future__ import annotations

from tests.config.mistakes.kind import in_set

TASK_RULES = [
    in_set(
        "a secret",
        {"task": {"instructions": "Log in with hf_" + "aB3x" * 8}},
        "task.instructions",
        "looks like a secret",
        "put it into .env",
    ),
    in_set(
        "a dimension twice",
        {"task": {"rubric": [{"name": "tone", "description": "a"}, {"name": "tone", "description": "b"}]}},
        "task.rubric",
        "tone stands there 2 times",
        "give each its own name",
    ),
    in_set(
        "misspelt metric",
        {"task": {"metrics": ["exact_mach"]}},
        "task.metrics.0",
        "schema_valid, json_valid",
        "did you mean 'exact_match'?",
    ),
    in_set(
        "format rule that is not declared, as a metric",
        {
            "task": {
                "metrics": ["format.greets"],
                "output": {"format_rules": [{"name": "greet", "regex": "^Hi"}]},
            }
        },
        "task.metrics.0",
        "'format.greets' is no metric of kind extraction",
        "format.greet",
    ),
    in_set(
        "format rule that asks for nothing",
        {"task": {"output": {"format_rules": [{"name": "greets"}]}}},
        "task.output.format_rules.0",
        "'greets' asks for nothing",
        "give regex, json_schema, contains or lacks",
    ),
    in_set(
        "format rule twice",
        {"task": {"output": {"format_rules": [{"name": "a", "regex": "b"}, {"name": "a", "regex": "c"}]}}},
        "task.output.format_rules.1.name",
        "'a' stands there twice",
    ),
    in_set(
        "format rule that no answer keeps",
        {"task": {"output": {"format_rules": [{"name": "a", "contains": ["x"], "lacks": ["x"]}]}}},
        "task.output.format_rules.0.lacks",
        "no answer could keep both",
    ),
    in_set(
        "format rule with a pattern of another dialect",
        {"task": {"output": {"format_rules": [{"name": "a", "regex": "(?=b)"}]}}},
        "task.output.format_rules.0.regex",
        "is no regular expression of RE2",
        "no look-around",
    ),
    in_set(
        "format rule with no schema",
        {"task": {"output": {"format_rules": [{"name": "a", "json_schema": {"type": "objct"}}]}}},
        "task.output.format_rules.0.json_schema",
        "is no JSON Schema (2020-12)",
    ),
    in_set(
        "rule for a field that the schema lacks",
        {"task": {"output": {"field_rules": [{"path": "categry", "ignore_case": True}]}}},
        "task.output.field_rules.0.path",
        "the schema has no 'categry'",
        "category",
    ),
    in_set(
        "rule for a field that declares nothing",
        {"task": {"output": {"field_rules": [{"path": "category"}]}}},
        "task.output.field_rules.0",
        "declares nothing for 'category'",
    ),
    in_set(
        "two rules for a field",
        {
            "task": {
                "output": {
                    "field_rules": [
                        {"path": "category", "ignore_case": True},
                        {"path": "category", "ignore_whitespace": True},
                    ]
                }
            }
        },
        "task.output.field_rules.1.path",
        "'category' stands there twice",
    ),
    in_set(
        "order of what is no list",
        {"task": {"output": {"field_rules": [{"path": "category", "ignore_order": True}]}}},
        "task.output.field_rules.0.ignore_order",
        "is for lists",
    ),
    in_set(
        "dates without a year",
        {"task": {"output": {"field_rules": [{"path": "category", "date_formats": ["%d.%m."]}]}}},
        "task.output.field_rules.0.date_formats",
        "does not hold a whole date",
        "%d.%m.%Y",
    ),
    in_set(
        "metric of another kind",
        {"task": {"metrics": ["macro_f1"]}},
        "task.metrics.0",
        "it is a metric of kind classification",
    ),
    in_set(
        "metric twice",
        {"task": {"metrics": ["exact_match", "exact_match"]}},
        "task.metrics.1",
        "stands there twice",
    ),
    in_set(
        "likelihoods from a server",
        {
            "task": {
                "kind": "generation",
                "metrics": ["perplexity"],
                "acceptance": [],
                "output": {"json_schema": None},
            },
            "evaluation": {
                "engine": "server",
                "server": {
                    "base_url": "http://localhost:8000/v1",
                    "base_model_name": "a",
                    "tuned_model_name": "b",
                },
            },
        },
        "task.metrics.0",
        "perplexity needs the likelihood of given answers",
    ),
    in_set(
        "labels of another kind",
        {"task": {"output": {"labels": ["a", "b"]}}},
        "task.output.labels",
        "is for kind classification",
    ),
    in_set(
        "kind without its contract",
        {
            "task": {
                "kind": "classification",
                "metrics": ["accuracy"],
                "acceptance": [],
                "output": {"json_schema": None},
            }
        },
        "task.output.labels",
        "needs the set of allowed answers",
    ),
    in_set(
        "label twice",
        {
            "task": {
                "kind": "classification",
                "metrics": ["accuracy"],
                "acceptance": [],
                "output": {"json_schema": None, "labels": ["Waste", "waste "]},
            }
        },
        "task.output.labels",
        "stands there twice",
    ),
    in_set(
        "metric that nobody registers",
        {"task": {"metrics": ["custom.polite"]}},
        "task.metrics.0",
        "no metric 'polite' is registered",
        '@metric("polite")',
    ),
]
