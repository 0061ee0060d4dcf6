"""The report and the model card."""
