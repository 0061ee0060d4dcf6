"""Cleaning of texts, and flags on rows that are doubtful."""
