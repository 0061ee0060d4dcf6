"""Review of the prepared rows by a domain expert: the sample, the verdicts, what follows from them."""
