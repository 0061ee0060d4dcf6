"""Metrics of free text (generation, chat): how near an answer is to the reference.

All but length_ratio lie between 0 and 1, higher is better:

- chrf: mean of the rows' chrF2, character n-grams up to 6, no word n-grams (Popović 2015, W15-3049),
  by sacrebleu, divided by 100. Signature of a row's score: nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no.
- rouge_l: mean of the rows' F1 of the longest common subsequence of words (Lin 2004, W04-1013), by
  rouge-score without stemming; words are runs of letters and digits of any script, where
  rouge-score's own tokenizer knows a to z alone. Equal to it on such text.
- exact_match: share of answers equal to the reference, surrounding white space aside.
- length_ratio: mean of the rows' characters of the answer over characters of the reference; 1 is
  ideal, there is no upper bound.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tunewright.evaluation.metrics.score import Score, proportion, ratios, shares
from tunewright.evaluation.predictions import Prediction

WORD = re.compile(r"[^\W_]+")


class WordTokenizer:
    """rouge-score's tokenizer interface: words in lower case."""

    def tokenize(self, text: str) -> list[str]:
        """Runs of letters and digits."""
        return WORD.findall(text.lower())


def text_scores(predictions: Sequence[Prediction]) -> dict[str, Score]:
    """Score the answers of one contestant."""
    from rouge_score.rouge_scorer import RougeScorer
    from sacrebleu.metrics import CHRF

    chrf = CHRF()
    rouge = RougeScorer(["rougeL"], tokenizer=WordTokenizer())
    pairs = [(prediction.answer.strip(), prediction.reference.strip()) for prediction in predictions]
    return {
        "chrf": shares([chrf.sentence_score(answer, [reference]).score / 100 for answer, reference in pairs]),
        "rouge_l": shares([rouge.score(reference, answer)["rougeL"].fmeasure for answer, reference in pairs]),
        "exact_match": proportion([answer == reference for answer, reference in pairs]),
        "length_ratio": ratios([len(answer) / max(len(reference), 1) for answer, reference in pairs]),
    }
