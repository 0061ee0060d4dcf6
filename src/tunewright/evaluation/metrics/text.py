"""Metrics of free text (generation, chat): how near an answer is to the reference.

What each metric says stands in `config.metrics`. chrF and BLEU are sacrebleu's; their signatures, which say
how they were computed, are part of the results. BLEU is that of all rows together and not a mean over
rows, so resamples add up the rows' counts; for a single row it is sacrebleu's sentence BLEU.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tunewright.evaluation.metrics.rouge import rouge
from tunewright.evaluation.metrics.score import Score, proportion, ratios, shares
from tunewright.evaluation.predictions import Prediction
from tunewright.evaluation.resampling import Statistic, Sums

if TYPE_CHECKING:
    from tunewright.evaluation.resampling import FloatArray

ORDERS = 4  # of BLEU's word n-grams
ROUGE = ("rouge_1", "rouge_2", "rouge_l")


def text_scores(predictions: Sequence[Prediction]) -> dict[str, Score]:
    """Score the answers of one contestant."""
    from sacrebleu.metrics import CHRF

    chrf = CHRF()
    pairs = [(prediction.answer.strip(), prediction.reference.strip()) for prediction in predictions]
    overlaps = [rouge(answer, reference) for answer, reference in pairs]
    return {
        "chrf": shares([chrf.sentence_score(answer, [reference]).score / 100 for answer, reference in pairs]),
        "bleu": _bleu(pairs),
        **{name: shares([overlap[place] for overlap in overlaps]) for place, name in enumerate(ROUGE)},
        "exact_match": proportion([answer == reference for answer, reference in pairs]),
        "length_ratio": ratios([len(answer) / max(len(reference), 1) for answer, reference in pairs]),
        **_perplexity(predictions),
    }


def _perplexity(predictions: Sequence[Prediction]) -> dict[str, Score]:
    """Of all tokens together; none if the likelihoods were not asked for."""
    import numpy as np

    found = [(row.reference_nll, row.reference_tokens) for row in predictions]
    if not found or (None, None) in found:
        return {}
    sums = np.array(found, dtype=np.float64)
    rows = np.exp(sums[:, 0] / sums[:, 1])
    return {
        "perplexity": Score(
            rows, bounds=(1.0, 2 * float(rows.max())), statistic=Statistic((Sums(sums),), _exp_of_mean)
        )
    }


def _exp_of_mean(sums: FloatArray) -> FloatArray:
    import numpy as np

    found: FloatArray = np.exp(sums[:, 0] / sums[:, 1])
    return found


def signatures() -> dict[str, str]:
    """How chrF and BLEU are computed, in sacrebleu's words, by metric."""
    from sacrebleu.metrics import BLEU, CHRF

    return {name: _signature(metric()) for name, metric in (("chrf", CHRF), ("bleu", BLEU))}


def _signature(metric: Any) -> str:  # noqa: ANN401 - sacrebleu has no types
    metric.corpus_score(["a"], [["a"]])  # it knows the number of references only then
    return str(metric.get_signature())


def _bleu(pairs: Sequence[tuple[str, str]]) -> Score:
    """BLEU of all rows; sentence BLEU (of the n-grams that a row is long enough for) by row."""
    import numpy as np
    from sacrebleu.metrics import BLEU

    bleu = BLEU(effective_order=True)
    found = [bleu.sentence_score(answer, [reference]) for answer, reference in pairs]
    counts = np.array(
        [[*one.counts, *one.totals, one.sys_len, one.ref_len] for one in found], dtype=np.float64
    ).reshape(len(found), 2 * ORDERS + 2)
    rows = np.array([one.score / 100 for one in found], dtype=np.float64).clip(0, 1)
    return Score(rows, statistic=Statistic((Sums(counts),), bleu_of_counts))


def bleu_of_counts(sums: FloatArray) -> FloatArray:
    """Corpus BLEU, 0 to 1, from sums over rows, as sacrebleu's `compute_bleu` with its defaults.

    Args:
        sums: matches by order, n-grams of the answers by order, length of answers, length of references;
            shape (samples, 10).
    """
    import numpy as np

    matches, totals = sums[:, :ORDERS], sums[:, ORDERS : 2 * ORDERS]
    answers, references = sums[:, -2], sums[:, -1]
    halvings = np.cumsum(matches == 0, axis=1)  # of an order without a match: 1/2, then 1/4 ... of one match
    smoothed = np.where(matches == 0, 2.0**-halvings, matches)
    precisions = smoothed / totals.clip(min=1)
    penalty = np.exp(np.minimum(0.0, 1 - references / answers.clip(min=1)))
    defined = (matches.sum(axis=1) > 0) & (totals.min(axis=1) > 0)
    scores: FloatArray = np.where(defined, penalty * np.exp(np.log(precisions).mean(axis=1)), 0.0)
    return scores
