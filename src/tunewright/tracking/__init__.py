"""One small interface to the trackers; a tracker that fails never stops the work."""
