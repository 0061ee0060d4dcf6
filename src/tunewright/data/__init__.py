"""From raw files to checked, deduplicated and split rows."""
