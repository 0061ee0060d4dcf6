"""The packaged config groups; generated projects inherit them through `pkg://tunewright.conf`."""
