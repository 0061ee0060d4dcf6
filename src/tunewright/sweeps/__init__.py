"""Sweeps: from assignments such as `key=a,b` to experiments of DVC that have ended.

grammar      what was typed -> the assignments of each point
points       compose and check every point, leave out those that are the same
naming       a telling name for each
preflight    what a queued experiment would lack: git, dvc, files that neither knows
record       what git and DVC's queue know of earlier points
submission   hand points to DVC's queue
workers      start DVC's workers, with devices and threads divided among them
watch        follow the points until all have ended
"""
