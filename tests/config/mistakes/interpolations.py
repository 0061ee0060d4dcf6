"""Interpolations that lead nowhere."""

from __future__ import annotations

from tests.config.mistakes.kind import in_option, in_set

INTERPOLATIONS = [
    in_set(
        "interpolation to nothing",
        {"tracking": {"project": "${projct.slug}"}},
        "tracking.project",
        "no setting 'projct.slug'",
        "did you mean ${project.slug}?",
    ),
    in_set(
        "interpolation without the group",
        {"evaluation": {"precision": "${precision}"}},
        "evaluation.precision",
        "no setting 'precision'",
        "precision}?",
    ),
    in_set(
        "interpolation of itself", {"seed": "${seed}"}, "seed", "in a circle", "write one of the values out"
    ),
    in_set(
        "interpolation in a circle",
        {"seed": "${data.split.seed}", "data": {"split": {"seed": "${seed}"}}},
        "seed",
        "refers to itself, in a circle",
        also=("data.split.seed",),
    ),
    in_set(
        "interpolation of what holds it",
        {"method": {"lora": {"r": "${method.lora}"}}},
        "method.lora.r",
        "in a circle",
    ),
    in_set(
        "interpolation through a value",
        {"tracking": {"project": "${seed.x}"}},
        "tracking.project",
        "no setting 'seed.x'",
    ),
    in_set(
        "interpolation to a missing value",
        {"tracking": {"project": "${model.path}"}},
        "tracking.project",
        "model.path has no value",
        "tunewright set model.path=VALUE",
        also=("model.path", "model.licence"),
        model="path",
    ),
    in_set(
        "unset environment variable",
        {"tracking": {"project": "${oc.env:TUNEWRIGHT_NOWHERE}"}},
        "tracking.project",
        "no variable TUNEWRIGHT_NOWHERE",
        "export TUNEWRIGHT_NOWHERE=VALUE",
        "${oc.env:TUNEWRIGHT_NOWHERE,VALUE}",
    ),
    in_set(
        "number from the environment",
        {"seed": "${oc.env:TUNEWRIGHT_NOWHERE,7}"},
        "seed",
        "a whole number",
        "not '7'",
        "${oc.decode:${oc.env:NAME}}",
    ),
    in_set(
        "interpolation of hydra",
        {"tracking": {"project": "${hydra:runtime.cwd}"}},
        "tracking.project",
        "hydra's own values are not to be had",
    ),
    in_set("unknown resolver", {"seed": "${env:SEED}"}, "seed", "no resolver 'env'", "${oc.env:NAME}"),
    in_set(
        "open interpolation",
        {"tracking": {"project": "${project.slug"}},
        "set.tracking.project",
        "is no interpolation",
        "write ${group.key}",
    ),
    in_option(
        "interpolation to nothing in an option",
        "defaults: [lora, _self_]\n\n\nlearning_rate: ${model.rate}\n",
        4,
        "method.learning_rate",
        "no setting 'model.rate'",
    ),
    in_option(
        "open interpolation in an option",
        "defaults: [lora, _self_]\noptim: ${\n",
        2,
        "method.optim",
        "is no interpolation",
    ),
]
