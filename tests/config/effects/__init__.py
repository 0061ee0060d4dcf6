"""What each setting does, group by group: for every leaf of the schema one outcome that it changes."""
