"""The rules between settings, which types alone cannot say; one file a group, `every.py` asks them all."""
