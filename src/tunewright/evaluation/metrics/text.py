"""Metrics of free text (generation, chat): how near an answer is to the reference.

What each metric says stands in `config.metrics`. chrF and BLEU are sacrebleu's, to the last bit; their
signatures, which say how they are computed, are part of the results. n-grams are counted for all rows at once
(`ngrams`), which is what takes sacrebleu most of its time. BLEU is that of all rows together and not a mean
over rows, so resamples add up the rows' counts; for a single row it is sacrebleu's sentence BLEU.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from tunewright.evaluation.metrics.ngrams import NgramCounts, character_codes, count_ngrams, word_codes
from tunewright.evaluation.metrics.rouge import rouge
from tunewright.evaluation.metrics.score import Score, proportion, ratios, shares
from tunewright.evaluation.predictions import Prediction
from tunewright.evaluation.resampling import Statistic, Sums

if TYPE_CHECKING:
    from tunewright.evaluation.resampling import FloatArray

ORDERS = 4  # of BLEU's word n-grams
CHARACTERS = 6  # of chrF's longest n-gram
RECALL_WEIGHT = 2**2  # chrF's beta, squared
ROUGE = ("rouge_1", "rouge_2", "rouge_l")


def text_scores(predictions: Sequence[Prediction]) -> dict[str, Score]:
    """Score the answers of one contestant."""
    pairs = [(prediction.answer.strip(), prediction.reference.strip()) for prediction in predictions]
    answers, references = [answer for answer, _ in pairs], [reference for _, reference in pairs]
    overlaps = [rouge(answer, reference) for answer, reference in pairs]
    return {
        "chrf": Score(chrf(answers, references) / 100),
        "bleu": _bleu(answers, references),
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


def chrf(answers: Sequence[str], references: Sequence[str]) -> FloatArray:
    """sacrebleu's sentence chrF of each row, 0 to 100, shape (rows,).

    Source: Popović 2015 (W15-3049). Mean precision and recall over the orders that both texts are long enough
    for, then their F-score; sums go in sacrebleu's order, so that no bit differs.
    """
    import numpy as np

    counts = count_ngrams(character_codes(answers), character_codes(references), CHARACTERS)
    both = (counts.given > 0) & (counts.right > 0)
    orders = both.sum(axis=1).clip(min=1)
    precision, recall = (
        np.divide(counts.common, of, where=both, out=np.zeros(both.shape)).cumsum(axis=1)[:, -1] / orders
        for of in (counts.given, counts.right)
    )
    weighted = RECALL_WEIGHT * precision + recall
    scores = (1 + RECALL_WEIGHT) * precision * recall / np.where(weighted > 0, weighted, 1)
    found: FloatArray = 100 * scores
    return found


def _bleu(answers: Sequence[str], references: Sequence[str]) -> Score:
    """BLEU of all rows; sentence BLEU (of the n-grams that a row is long enough for) by row."""
    import numpy as np

    known: dict[str, int] = {}
    given, right = (word_codes([_words(text) for text in texts], known) for texts in (answers, references))
    counts = count_ngrams(given, right, ORDERS)
    lengths = np.array([[len(own) for own in texts] for texts in (given, right)], dtype=np.float64)
    rows = sentence_bleu(counts, *lengths.astype(int).tolist())
    return Score(
        rows,
        statistic=Statistic(
            (Sums(np.column_stack([counts.common, counts.given, *lengths])),), bleu_of_counts
        ),
    )


def sentence_bleu(counts: NgramCounts, answers: Sequence[int], references: Sequence[int]) -> FloatArray:
    """sacrebleu's sentence BLEU of each row, 0 to 1, shape (rows,).

    Args:
        counts: of words.
        answers, references: words of each row's texts.
    """
    import numpy as np
    from sacrebleu.metrics import BLEU

    found = [
        BLEU.compute_bleu(common, given, answer, reference, smooth_method="exp", effective_order=True).score
        for common, given, answer, reference in zip(
            counts.common.astype(int).tolist(),
            counts.given.astype(int).tolist(),
            answers,
            references,
            strict=True,
        )
    ]
    return (np.array(found, dtype=np.float64) / 100).clip(0, 1)


def _words(text: str) -> list[str]:
    return _tokenizer()(text).split()


@cache
def _tokenizer() -> Callable[[str], str]:
    """BLEU's. It remembers the last 65,536 texts: all contestants have the same references."""
    from sacrebleu.metrics import BLEU

    tokenize: Callable[[str], str] = BLEU().tokenizer
    return tokenize


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
