"""Fine-tuning: rendering and mask, batches, trainer, checkpoints, checks before and after."""
