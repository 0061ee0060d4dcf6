"""Shapes: how a row holds a conversation. One module each turns rows into the two that are checked."""
