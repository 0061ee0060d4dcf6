"""From params.yaml, conf/ and the packaged groups to one checked, typed `Settings`."""
