"""How long a program takes, and how much memory it has."""

import os
import subprocess
import sys
import time


def measured(command, **more):
    """Seconds that a program took, and the most memory it had, in MiB."""
    begun = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **more)
    said = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    took = time.perf_counter() - begun
    if status != 0:
        sys.exit(f"{command} ended with {status}: {said.decode()}")
    return took, usage.ru_maxrss / 1024
