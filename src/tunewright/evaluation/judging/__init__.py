"""A model as judge: the prompt, what it may answer, and what its opinions make together."""
