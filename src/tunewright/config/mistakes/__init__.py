"""What a mistake in the configuration is told as: the place, what is allowed there, what was meant."""
