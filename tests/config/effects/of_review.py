"""`data.review`: rows are prepared, a sample drawn, some of it judged; may training begin?"""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from tests.config.effects.effect import Effect
from tests.config.effects.of_data import prepared
from tunewright import artifacts
from tunewright.config.schema import Settings
from tunewright.data.card import read_card
from tunewright.data.review.record import Judged, Review, write_reviews
from tunewright.data.review.sample import draw
from tunewright.stages.prepare import run as run_prepare


def drawn(settings: Settings, folder: Path) -> object:
    """The ids of the sample."""
    prepared(settings, folder)
    policy = settings.data.review
    return [one.row.id for one in draw(folder, policy, kind="generation", stratify_by=None)]


def judged(settings: Settings, folder: Path) -> object:
    """What the data card says once 30 of the sample are judged, and whether training may begin."""
    prepared(settings, folder)
    policy = settings.data.review
    rows = islice(draw(folder, policy, kind="generation", stratify_by=None), 30)
    verdicts = {one.key: Judged(one.row.id, "accept") for one in rows}
    write_reviews(folder, [Review("0" * 64, policy.seed, "Ada", "2026-03-01", verdicts)])
    run_prepare(folder)
    card = read_card(folder / artifacts.DATA_CARD)
    assert card.review is not None
    return card.review.outcome, artifacts.read_json(folder / artifacts.CLEARANCE)


EFFECTS = {
    "data.review.policy": Effect(judged, "require"),
    "data.review.share": Effect(drawn, 0.5, {"data.review.min_rows": 1}),
    "data.review.min_rows": Effect(drawn, 20),
    "data.review.splits": Effect(drawn, ["train"]),
    "data.review.seed": Effect(drawn, 1),
    "data.review.min_quality": Effect(judged, 0.5),
    "data.review.confidence": Effect(judged, 0.6, {"data.review.min_quality": 0.9}),
}
