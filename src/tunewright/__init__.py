"""tunewright: declarative, reproducible and measured fine-tuning of language models."""

__version__ = "0.1.0"
