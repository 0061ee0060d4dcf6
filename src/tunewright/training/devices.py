"""One training process for each device: `python -m tunewright.training.devices COUNT MODULE ARGUMENT...`.

torchrun joins them and ends the others when one fails. Its own report of that is a page of traceback
around an exit code; here it is one line.
"""

from __future__ import annotations

import os
import signal
import sys

from tunewright.progress import say


def main(count: str, module: str, *arguments: str) -> int:
    """Run the module once for each device; returns the exit code of the first that failed, as a shell would.

    Args:
        count: of devices.
        module: what each process runs.
        arguments: of the module.
    """
    os.environ.setdefault("LOGLEVEL", "CRITICAL")  # of torchrun alone; read when it is imported
    from torch.distributed import run
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError

    try:
        run.main(["--standalone", f"--nproc_per_node={count}", "-m", module, *arguments])
    except ChildFailedError as error:
        killed = {rank: -process.exitcode for rank, process in error.failures.items() if process.exitcode < 0}
        by_agent = {rank for rank, number in killed.items() if number == signal.SIGTERM}
        for rank in sorted(killed.keys() - by_agent):
            say(f"the training process of device {rank} was killed by {signal.Signals(killed[rank]).name}")
            return 128 + killed[rank]
        return max((process.exitcode for process in error.failures.values()), default=1)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
