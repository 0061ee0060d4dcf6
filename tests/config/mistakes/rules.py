"""Values that are right by themselves and wrong together."""

from __future__ import annotations

from tests.config.mistakes.kind import MINE, Mistake, in_set, packaged, params

HUB = {"repo_id": "acme/rows", "file": "rows.parquet"}
XML = {"path": "data/raw/a", "format": "chat", "licence": "x", "reader": "xml"}

RULES = [
    in_set(
        "secrets that nothing looks for",
        {"data": {"canaries": {"count": 5}}},
        "data.canaries.count",
        "5 made-up secrets would be trained, and no suite would look for them",
        "tunewright set evaluation.suites.leakage.enabled=true",
    ),
    in_set(
        "a secret",
        {"task": {"instructions": "Log in with hf_" + "aB3x" * 8}},
        "task.instructions",
        "looks like a secret",
        "put it into .env",
    ),
    in_set(
        "a key in place of its variable",
        {"evaluation": {"reference": {"endpoint": {"api_key_env": "sk-proj-" + "4f1c88d2aa0f" * 2}}}},
        "evaluation.reference.endpoint.api_key_env",
        "names an environment variable (capitals, digits and _), and this is no such name",
        "put the key into .env",
    ),
    in_set(
        "a key in place of a variable that looks like a name",
        {"evaluation": {"reference": {"endpoint": {"api_key_env": "AK" + "IA4F1C88D2AA0F4F1C"}}}},
        "evaluation.reference.endpoint.api_key_env",
        "looks like a secret",
        "put it into .env",
    ),
    in_set(
        "a password in the server's address",
        {"evaluation": {"reference": {"endpoint": {"base_url": "https://me:hunter22" + "@acme.test/v1"}}}},
        "evaluation.reference.endpoint.base_url",
        "looks like a secret",
    ),
    in_set(
        "a reference without a server",
        {"evaluation": {"reference": {"enabled": True, "endpoint": {"base_url": None, "model": "large"}}}},
        "evaluation.reference.endpoint.base_url",
        "needs a value, since evaluation.reference.enabled is true",
        "tunewright set evaluation.reference.endpoint.base_url=https://",
    ),
    in_set(
        "rows sent for all to read",
        {"evaluation": {"reference": {"endpoint": {"base_url": "http://models.acme.test/v1"}}}},
        "evaluation.reference.endpoint.base_url",
        "neither https nor within the house",
        "write https://",
    ),
    in_set(
        "no address at all",
        {"evaluation": {"reference": {"endpoint": {"base_url": "models.acme.test/v1"}}}},
        "evaluation.reference.endpoint.base_url",
        "'models.acme.test/v1' is no address of a server",
    ),
    in_set(
        "a budget without prices",
        {"evaluation": {"reference": {"endpoint": {"max_cost": 1.0, "price_per_million_input_tokens": 2.0}}}},
        "evaluation.reference.endpoint.max_cost",
        "cannot be kept while evaluation.reference.endpoint.price_per_million_output_tokens is null",
        "price_per_million_output_tokens=PRICE",
    ),
    in_set(
        "a criterion over a reference that is off",
        {"task": {"acceptance": ["exact_match - reference.exact_match >= -0.02"]}},
        "task.acceptance.0.over",
        "evaluation.reference.enabled is false",
        "tunewright set evaluation.reference.enabled=true",
    ),
    in_set(
        "a judge that is neither a server nor a folder",
        {"evaluation": {"judge": {"enabled": True, "endpoint": {"base_url": None, "model": "large"}}}},
        "evaluation.judge.endpoint.base_url",
        "needs a value, since evaluation.judge.enabled is true",
        "tunewright set evaluation.judge.endpoint.base_url=https://",
    ),
    in_set(
        "a judge's folder elsewhere",
        {"evaluation": {"judge": {"enabled": True, "folder": "models/judge"}}},
        "evaluation.judge.folder",
        "models/judge",
        "",
    ),
    in_set(
        "a judge against a reference that is off",
        {"evaluation": {"judge": {"enabled": True, "folder": "data/suites/judge", "against": "reference"}}},
        "evaluation.judge.against",
        "evaluation.reference.enabled is false",
        "tunewright set evaluation.reference.enabled=true",
    ),
    in_set(
        "a dimension twice",
        {"task": {"rubric": [{"name": "tone", "description": "a"}, {"name": "tone", "description": "b"}]}},
        "task.rubric",
        "tone stands there 2 times",
        "give each its own name",
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
        "setting of another method",
        {"method": {"lora": {"r": 8}}},
        "method.lora.r",
        "belongs to method lora, dora, qlora, rslora, not to full",
        "tunewright set method=lora method.lora.r=8",
        method="full",
    ),
    in_set(
        "setting of qlora",
        {"method": {"quantization": {"bnb_4bit_quant_type": "nf4"}}},
        "method.quantization.bnb_4bit_quant_type",
        "belongs to method qlora, not to lora",
    ),
    in_set(
        "rate of adapters for method full",
        {"model": {"adapter_learning_rate": 1e-3}},
        "model.adapter_learning_rate",
        "method full trains the weights themselves",
        method="full",
    ),
    in_set(
        "tracker's setting without a tracker",
        {"tracking": {"tags": ["first"]}},
        "tracking.tags",
        "means nothing without a tracker",
        "tunewright set tracking=wandb-offline",
    ),
    in_set(
        "setting of another tracker",
        {"tracking": {"mlflow": {"uri": "https://mlflow.acme.example"}}},
        "tracking.mlflow.uri",
        "means nothing without mlflow",
        "tunewright set tracking=mlflow",
    ),
    in_set(
        "a tracker twice",
        {"tracking": {"trackers": ["wandb", "wandb"]}},
        "tracking.trackers",
        "'wandb' is listed twice",
        "list it once",
    ),
    in_set(
        "rows that may not go to a tracker",
        {"tracking": {"trackers": ["wandb"], "upload": ["adapter", "report"]}},
        "tracking.upload",
        "report hold rows of the data",
        "data.allow_rows_in_trackers=true",
    ),
    in_set(
        "model source's setting",
        {"model": {"repo_id": "a/b"}},
        "model.repo_id",
        "means nothing to source tiny",
    ),
    Mistake(
        "model source without its setting",
        "model.repo_id",
        ("source hub needs it", "tunewright set model.repo_id=VALUE"),
        packaged("model/tiny.yaml"),
        params(set={"model": {"source": "hub"}}),
    ),
    in_set(
        "remote code without code",
        {"model": {"trust_remote_code": True}},
        "model.trust_remote_code",
        "which brings no code",
    ),
    in_set(
        "no steps", {"method": {"max_steps": 0}}, "method.max_steps", "0 trains nothing", "-1 for no limit"
    ),
    in_set(
        "warm-up without a schedule",
        {"method": {"lr_scheduler_type": "constant"}},
        "method.lr_scheduler_type",
        "constant has no warm-up",
        "constant_with_warmup",
    ),
    in_set(
        "patience that never ends",
        {"method": {"early_stopping_patience": 3}},
        "method.early_stopping_patience",
        "3 never acts",
        "evals_per_epoch",
    ),
    in_set(
        "optimizer of another device",
        {"method": {"optim": "paged_adamw_8bit"}},
        "method.optim",
        "needs device cuda, not cpu",
    ),
    in_set(
        "batch that does not divide",
        {"hardware": {"micro_batch_size": 3}},
        "hardware.micro_batch_size",
        "8 rows of a step are no multiple of 3",
        "one of 1, 2, 4, 8",
    ),
    in_set(
        "batch for too many devices",
        {"method": {"global_batch_size": 6}},
        "method.global_batch_size",
        "no multiple of the 4 devices",
        "set it to 8",
        hardware="4xa100-80gb",
    ),
    in_set(
        "precision without hardware",
        {"hardware": {"precision": "bf16"}},
        "hardware.precision",
        "bf16 on hardware without it",
        hardware="t4",
    ),
    in_set("fp16 on a cpu", {"hardware": {"precision": "fp16"}}, "hardware.precision", "fp16 is for GPUs"),
    in_set(
        "scoring in another precision",
        {"evaluation": {"precision": "bf16"}},
        "evaluation.precision",
        "bf16 on hardware without it",
        hardware="t4",
    ),
    in_set(
        "scoring in fp16 on a cpu",
        {"evaluation": {"precision": "fp16"}},
        "evaluation.precision",
        "fp16 is for GPUs",
    ),
    Mistake(
        "devices without a strategy",
        "hardware.strategy",
        ("2 devices need ddp or fsdp", "tunewright set hardware.strategy=ddp"),
        packaged("hardware/cpu.yaml", "strategy: "),
        params(set={"hardware": {"devices": 2}}),
    ),
    in_set(
        "strategy without devices",
        {"hardware": {"strategy": "ddp"}},
        "hardware.strategy",
        "needs more than one device",
    ),
    in_set(
        "fsdp on a cpu",
        {"hardware": {"strategy": "fsdp", "devices": 2}},
        "hardware.strategy",
        "fsdp needs device cuda",
    ),
    in_set(
        "fsdp of 4-bit weights",
        {"hardware": {"strategy": "fsdp"}},
        "hardware.strategy",
        "4-bit base weights are not sharded",
        method="qlora",
        hardware="4xa100-80gb",
    ),
    in_set(
        "several mps",
        {"hardware": {"devices": 2, "strategy": "ddp"}},
        "hardware.devices",
        "mps has one device",
        hardware="mps",
    ),
    in_set(
        "flash attention on a cpu",
        {"hardware": {"attn_implementation": "flash_attention_2"}},
        "hardware.attn_implementation",
        "needs device cuda",
        "set it to sdpa",
    ),
    in_set(
        "flash attention on an old GPU",
        {"hardware": {"attn_implementation": "flash_attention_2"}},
        "hardware.attn_implementation",
        "needs an Ampere GPU or later",
        hardware="t4",
    ),
    Mistake(
        "4-bit weights trained in full",
        "method.quantization",
        ("cannot be trained in full", "tunewright set method=qlora"),
        f"{MINE}:3",
        params(method="mine"),
        {MINE: "defaults: [full, _self_]\n\nquantization: {bnb_4bit_quant_type: nf4}\n"},
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
        "slices by a field that rows do not keep",
        {"evaluation": {"slices": {"by": ["length", "meta.chanel"]}}},
        "evaluation.slices.by.1",
        "rows keep no field 'chanel'",
    ),
    in_set(
        "slices by a field that answers lack",
        {"evaluation": {"slices": {"by": ["field.categry"]}}},
        "evaluation.slices.by.0",
        "the answers have no field 'categry'",
        "category",
    ),
    in_set(
        "slices by the same twice",
        {"evaluation": {"slices": {"by": ["length", "length"]}}},
        "evaluation.slices.by.1",
        "'length' stands there twice",
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
        "harness without a task",
        {"evaluation": {"suites": {"harness": {"enabled": True, "tasks": []}}}},
        "evaluation.suites.harness.tasks",
        "no task is named",
        "lm_eval ls tasks",
    ),
    in_set(
        "task of the harness twice",
        {"evaluation": {"suites": {"harness": {"enabled": True, "tasks": ["arc_easy", "arc_easy"]}}}},
        "evaluation.suites.harness.tasks.1",
        "stands there twice",
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
        "classifier of the hub without a commit",
        {
            "evaluation": {
                "suites": {"safety": {"enabled": True, "toxicity": {"model": "a/b", "revision": None}}}
            }
        },
        "evaluation.suites.safety.toxicity.revision",
        "a/b is a name on the hub: it needs the commit",
    ),
    in_set(
        "classifier of the project with a commit",
        {
            "evaluation": {
                "suites": {
                    "safety": {
                        "enabled": True,
                        "toxicity": {"model": "data/suites/a", "revision": "0" * 40},
                    }
                }
            }
        },
        "evaluation.suites.safety.toxicity.revision",
        "has no revision",
    ),
    in_set(
        "classifier without its suite",
        {"evaluation": {"suites": {"safety": {"toxicity": {"model": "data/suites/a"}}}}},
        "evaluation.suites.safety.toxicity.model",
        "would have no answers to look at",
        "tunewright set evaluation.suites.safety.enabled=true",
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
        "nucleus without temperature",
        {"evaluation": {"top_p": 0.9}},
        "evaluation.top_p",
        "at temperature 0 the likeliest token is taken",
        "tunewright set evaluation.temperature=0.7",
    ),
    in_set(
        "seed of draws without temperature",
        {"evaluation": {"seed": 3}},
        "evaluation.seed",
        "3 would change nothing",
    ),
    in_set(
        "vllm without a GPU",
        {"evaluation": {"engine": "vllm"}},
        "evaluation.engine",
        "vllm needs device cuda, not cpu",
        "tunewright set evaluation.engine=transformers",
    ),
    in_set(
        "vllm with a whole tuned model",
        {"evaluation": {"engine": "vllm"}},
        "evaluation.engine",
        "hold base and tuned model at once",
        "evaluation.engine=server",
        method="full",
        hardware="l4",
    ),
    in_set(
        "vllm with DoRA",
        {"evaluation": {"engine": "vllm"}},
        "evaluation.engine",
        "vllm loads no DoRA adapters",
        "tunewright set method=lora",
        method="dora",
        hardware="l4",
    ),
    in_set(
        "server without address",
        {"evaluation": {"engine": "server", "server": {"base_url": None}}},
        "evaluation.server.base_url",
        "needs a value, since evaluation.engine is server",
        "tunewright set evaluation.server.base_url=http://localhost:8000/v1",
        also=("evaluation.server.base_model_name", "evaluation.server.tuned_model_name"),
    ),
    in_set(
        "server with one model",
        {
            "evaluation": {
                "engine": "server",
                "server": {
                    "base_url": "http://localhost:8000/v1",
                    "base_model_name": "m",
                    "tuned_model_name": "m",
                },
            }
        },
        "evaluation.server.tuned_model_name",
        "is the name of the base model too",
    ),
    in_set(
        "rows in the clear over the network",
        {"evaluation": {"server": {"base_url": "http://example.com/v1"}}},
        "evaluation.server.base_url",
        "neither https nor within the house",
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
        "cost without a price",
        {"task": {"acceptance": ["train_cost <= 3"]}},
        "task.acceptance.0.metric",
        "hardware.price_per_hour is null",
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
