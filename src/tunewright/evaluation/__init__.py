"""Answers of the contestants on the same rows, metrics with intervals, and the verdict."""
