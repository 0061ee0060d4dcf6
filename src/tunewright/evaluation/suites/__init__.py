"""Suites beyond the task: what fine-tuning may have broken or given away.

Each suite is a module with a `Suite`: questions made from the settings and the prepared rows, and a
function that scores the replies. `ask` puts the questions to a model, `judge` compares two models.
"""
