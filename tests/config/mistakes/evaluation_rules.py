"""Rules of evaluation: values that are right by themselves and wrong together."""

from __future__ import annotations

from tests.config.mistakes.kind import in_set

EVALUATION_RULES = [
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
]
