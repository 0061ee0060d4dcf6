"""Containers: how rows lie in a file. One module each."""
