"""Personal data in rows: found by kind, then reported, replaced or refused as the project's policy says."""
