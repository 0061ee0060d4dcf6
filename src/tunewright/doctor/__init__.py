"""What `tunewright doctor` checks of a machine and of a project; one file for each family of checks.

A family is a module with `check(examined)` that yields findings; `examine.py` runs them all. What has
to be asked of the system (a process, a socket, a file) is gathered in functions of its own, apart from
the judging, so that tests need no GPU and no network.
"""
