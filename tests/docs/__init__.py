"""The documentation: every command runs, every link leads somewhere, the reference is what the code says."""
