"""What holds for all tests: waiting threads sleep (read when torch is imported), no hub, Ctrl-C works."""

import os
import signal

from tunewright.stages.run import let_waiting_threads_sleep

let_waiting_threads_sleep()
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("DVC_NO_ANALYTICS", "1")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # so a shell starts what it puts into the background
    signal.signal(signal.SIGINT, signal.default_int_handler)
