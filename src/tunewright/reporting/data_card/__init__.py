"""The data card: what the data is, where it comes from and what was done to it, for people."""
