"""The `tunewright` command; imports nothing heavy until it must."""
