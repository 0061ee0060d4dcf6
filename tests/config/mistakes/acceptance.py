"""Criteria and suites that cannot be judged: values that are right by themselves and wrong together."""

from __future__ import annotations

from tests.config.mistakes.kind import in_set

ACCEPTANCE = [
    in_set(
        "a criterion over a reference that is off",
        {"task": {"acceptance": ["exact_match - reference.exact_match >= -0.02"]}},
        "task.acceptance.0.over",
        "evaluation.reference.enabled is false",
        "tunewright set evaluation.reference.enabled=true",
    ),
    in_set(
        "a criterion on a judge that is off",
        {"task": {"acceptance": ["judge.win_rate >= 0.5"]}},
        "task.acceptance.0.metric",
        "judge.win_rate is not scored: evaluation.judge.enabled is false",
        "tunewright set evaluation.judge.enabled=true",
    ),
    in_set(
        "a dimension that no rubric has",
        {"task": {"acceptance": ["judge.score.qualty >= 3"]}},
        "task.acceptance.0.metric",
        "'judge.score.qualty' is no metric",
        "judge.score.quality",
    ),
    in_set(
        "a win rate over a contestant",
        {
            "evaluation": {"judge": {"enabled": True, "folder": "data/suites/judge"}},
            "task": {"acceptance": ["judge.win_rate - few_shot.judge.win_rate >= 0.1"]},
        },
        "task.acceptance.0.over",
        "compares two contestants already",
        "0.5 means equally good",
    ),
    in_set(
        "a judge's win rate on a slice",
        {
            "evaluation": {"judge": {"enabled": True, "folder": "data/suites/judge"}},
            "task": {"acceptance": ["judge.win_rate[channel=email] >= 0.5"]},
        },
        "task.acceptance.0.slice",
        "judge.win_rate is scored on all rows together",
        "remove it",
    ),
    in_set(
        "a judge's score of a contestant that it does not see",
        {
            "evaluation": {"judge": {"enabled": True, "folder": "data/suites/judge"}},
            "task": {"acceptance": ["judge.score.quality - base.judge.score.quality >= 0.1"]},
        },
        "task.acceptance.0.over",
        "the judge scores few_shot, not zero_shot",
        "compare with few_shot",
    ),
    in_set(
        "metric that is better the lower it is, as a criterion",
        {
            "task": {
                "kind": "classification",
                "output": {"json_schema": None, "labels": ["yes", "no"]},
                "metrics": ["accuracy", "calibration_error"],
                "acceptance": [{"metric": "calibration_error", "min": 0.1}],
            }
        },
        "task.acceptance.0.min",
        "is better the lower it is",
    ),
    in_set(
        "criterion on a metric that nobody asked for",
        {
            "task": {
                "kind": "classification",
                "output": {"json_schema": None, "labels": ["yes", "no"]},
                "metrics": ["accuracy"],
                "acceptance": [{"metric": "calibration_error", "max": 0.1}],
            }
        },
        "task.acceptance.0.metric",
        "is computed only where task.metrics names it",
        "add it to task.metrics",
    ),
    in_set(
        "threshold in per cent",
        {"task": {"acceptance": [{"metric": "exact_match", "min": 90}]}},
        "task.acceptance.0.min",
        "90 can never be reached: exact_match lies between 0 and 1",
        "write 0.9 for 90 %",
    ),
    in_set(
        "criterion on an unknown metric",
        {"task": {"acceptance": [{"metric": "schema_vald", "min": 0.9}]}},
        "task.acceptance.0.metric",
        "nothing that a run measures",
        "did you mean 'schema_valid'?",
    ),
    in_set(
        "criterion on an unknown measurement",
        {"task": {"acceptance": ["trian_cost <= 3"]}},
        "task.acceptance.0.metric",
        "did you mean 'train_cost'?",
    ),
    in_set(
        "criterion of another kind",
        {"task": {"acceptance": ["macro_f1 >= 0.5"]}},
        "task.acceptance.0.metric",
        "it is a metric of kind classification",
    ),
    in_set(
        "criterion on an unknown metric of a suite",
        {
            "evaluation": {"suites": {"regression": {"enabled": True}}},
            "task": {"acceptance": ["suites.regresion.accuracy >= 0.5"]},
        },
        "task.acceptance.0.metric",
        "'suites.regresion.accuracy' is no metric of a suite",
        "did you mean 'suites.regression.accuracy'?",
    ),
    in_set(
        "criterion on a suite without the prefix",
        {"task": {"acceptance": ["regression.accuracy >= 0.5"]}},
        "task.acceptance.0.metric",
        "nothing that a run measures",
        "write suites.regression.accuracy",
    ),
    in_set(
        "criterion on a suite that is off",
        {"task": {"acceptance": ["suites.safety.refused >= 0.5"]}},
        "task.acceptance.0.metric",
        "evaluation.suites.safety.enabled is false",
        "tunewright set evaluation.suites.safety.enabled=true",
    ),
    in_set(
        "criterion on planted secrets where none are planted",
        {
            "evaluation": {"suites": {"leakage": {"enabled": True}}},
            "task": {"acceptance": ["suites.leakage.exposure <= 3"]},
        },
        "task.acceptance.0.metric",
        "no secret is planted",
        "tunewright set data.canaries.count=10",
    ),
    in_set(
        "criterion on a suite over few-shot",
        {
            "evaluation": {"suites": {"regression": {"enabled": True}}},
            "task": {
                "acceptance": ["suites.regression.accuracy - few_shot.suites.regression.accuracy >= -0.1"]
            },
        },
        "task.acceptance.0.over",
        "suites are asked of the base model without examples",
        "suites.regression.accuracy - base.suites.regression.accuracy",
    ),
    in_set(
        "criterion on a task that the harness does not run",
        {
            "evaluation": {"suites": {"harness": {"enabled": True, "tasks": ["arc_easy"]}}},
            "task": {"acceptance": ["suites.harness.arc_esay >= 0.5"]},
        },
        "task.acceptance.0.metric",
        "no such task in evaluation.suites.harness.tasks",
        "did you mean 'suites.harness.arc_easy'?",
    ),
    in_set(
        "criterion on a task of the harness, which is off",
        {"task": {"acceptance": ["suites.harness.arc_easy >= 0.5"]}},
        "task.acceptance.0.metric",
        "evaluation.suites.harness.enabled is false",
    ),
    in_set(
        "criterion on toxic answers without a classifier",
        {
            "evaluation": {"suites": {"safety": {"enabled": True}}},
            "task": {"acceptance": ["suites.safety.toxic <= 0.1"]},
        },
        "task.acceptance.0.metric",
        "no classifier looks at the answers",
        "evaluation.suites.safety.toxicity.model=",
    ),
    in_set(
        "slice of a suite",
        {
            "evaluation": {"suites": {"regression": {"enabled": True}}},
            "task": {"acceptance": ["suites.regression.accuracy[channel=email] >= 0.5"]},
        },
        "task.acceptance.0.slice",
        "a suite's items are no test rows",
    ),
    in_set(
        "least value of a suite's metric that is better the lower it is",
        {
            "evaluation": {"suites": {"bias": {"enabled": True}}},
            "task": {"acceptance": ["suites.bias.changed >= 0.5"]},
        },
        "task.acceptance.0.min",
        "is better the lower it is",
    ),
    in_set(
        "criterion without a bound",
        {"task": {"acceptance": [{"metric": "exact_match"}]}},
        "task.acceptance.0",
        "says neither min nor max",
    ),
    in_set(
        "minimum over maximum",
        {"task": {"acceptance": [{"metric": "exact_match", "min": 0.8, "max": 0.6}]}},
        "task.acceptance.0.max",
        "is less than min, 0.8",
    ),
    in_set(
        "criterion that cannot be met",
        {"task": {"acceptance": ["exact_match >= 1"]}},
        "task.acceptance.0.min",
        "stays below it on any number of rows",
    ),
    in_set(
        "difference that cannot be met",
        {"task": {"acceptance": ["exact_match - base.exact_match >= 1.5"]}},
        "task.acceptance.0.min",
        "exact_match over zero_shot lies between -1 and 1",
    ),
    in_set(
        "maximum that cannot be met",
        {"task": {"acceptance": ["exact_match <= 0"]}},
        "task.acceptance.0.max",
        "stays above it on any number of rows",
    ),
    in_set(
        "time that cannot be met",
        {"task": {"acceptance": ["train_seconds <= 0"]}},
        "task.acceptance.0.max",
        "0 can never be reached",
    ),
    in_set(
        "criteria that exclude each other",
        {"task": {"acceptance": ["exact_match >= 0.8", "exact_match <= 0.5"]}},
        "task.acceptance.1",
        "contradicts task.acceptance.0",
        "0.8 or more, and 0.5 or less",
    ),
    in_set(
        "criterion twice",
        {"task": {"acceptance": ["exact_match >= 0.8", "exact_match >= 0.80"]}},
        "task.acceptance.1",
        "is the same as task.acceptance.0",
    ),
    in_set(
        "slice by an unknown field",
        {"task": {"acceptance": ["exact_match[chanel=email] >= 0.8"]}},
        "task.acceptance.0.slice",
        "rows have no 'meta.chanel'; there are: meta.channel",
        "did you mean 'meta.channel'?",
    ),
    in_set(
        "slice by a bare name",
        {"task": {"acceptance": [{"metric": "exact_match", "min": 0.8, "slice": {"channel": "email"}}]}},
        "task.acceptance.0.slice",
        "rows have no 'channel'",
        "write meta.channel",
    ),
    in_set(
        "slice by a value that the schema lacks",
        {"task": {"acceptance": ["exact_match[reference.category=biling] >= 0.8"]}},
        "task.acceptance.0.slice",
        "reference.category is never 'biling'",
        "did you mean 'billing'?",
    ),
    in_set(
        "slice by a label without labels",
        {"task": {"acceptance": ["exact_match[label=billing] >= 0.8"]}},
        "task.acceptance.0.slice",
        "rows have no 'label'",
    ),
    in_set(
        "slice of what is measured once",
        {"task": {"acceptance": ["seconds_per_answer[channel=email] <= 2"]}},
        "task.acceptance.0.slice",
        "is measured over all test rows together",
    ),
    in_set(
        "difference of what is measured once",
        {"task": {"acceptance": ["tokens_per_second - base.tokens_per_second >= 2"]}},
        "task.acceptance.0.over",
        "is measured of the tuned model alone",
    ),
    in_set(
        "confidence of what is measured once",
        {"task": {"acceptance": ["train_seconds <= 60 with confidence 0.9"]}},
        "task.acceptance.0.confidence",
        "so it has no interval",
    ),
    in_set(
        "wait of requests that are not made",
        {"task": {"acceptance": ["request_seconds_p95 <= 3"]}, "evaluation": {"latency": {"requests": 0}}},
        "task.acceptance.0.metric",
        "request_seconds_p95 is not measured",
        "tunewright set evaluation.latency.requests=4",
    ),
    in_set(
        "memory of another process",
        {
            "task": {"acceptance": ["peak_memory_mb <= 2000"]},
            "evaluation": {
                "engine": "server",
                "server": {
                    "base_url": "http://localhost:8000/v1",
                    "base_model_name": "a",
                    "tuned_model_name": "b",
                },
            },
        },
        "task.acceptance.0.metric",
        "engine server is another one",
    ),
    in_set(
        "cost without a price",
        {"task": {"acceptance": ["train_cost <= 3"]}},
        "task.acceptance.0.metric",
        "hardware.price_per_hour is null",
    ),
]
