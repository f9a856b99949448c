"""Runs in a remote sandbox for one call: hands a request to the driver and waits for its answer.

The driver reads from the pipe `in` and appends to the file `out`. Exit status: 0 when the answer is there, and those
below.
"""

import json
import os
import sys
import time

TIMED_OUT, ENDED, TOO_LONG = 3, 4, 5


def main(home: str, seconds: float, most_bytes: int) -> int:
    """Send `request`, if there is one, and wait for a line which ends an answer."""
    os.chdir(home)
    deadline = time.monotonic() + seconds
    if os.path.exists("request"):  # noqa: PTH110  # smaller than pathlib to load, in each call
        os.truncate("out", 0)
        _send(deadline)
    with open("out", "rb") as answers:  # noqa: PTH123  # likewise
        received = b""
        pause = 0.001
        while time.monotonic() < deadline:
            has_ended = os.path.exists("status")  # noqa: PTH110  # likewise; looked at before the answers are
            received += answers.read(most_bytes + 1)
            lines = received.split(b"\n")
            received = lines.pop()
            if any("out" not in json.loads(line) for line in lines):
                return 0
            if answers.tell() > most_bytes:
                return TOO_LONG
            if has_ended:
                return ENDED
            time.sleep(pause)
            pause = min(pause * 1.5, 0.05)
    return TIMED_OUT


def _send(deadline: float) -> None:
    with open("request", "rb") as file:  # noqa: PTH123  # smaller than pathlib to load, in each call
        left = file.read()
    os.remove("request")  # noqa: PTH107  # likewise
    # Open for reading too: without a reader, opening it to write fails.
    pipe = os.open("in", os.O_RDWR | os.O_NONBLOCK)
    while left and time.monotonic() < deadline:
        try:
            left = left[os.write(pipe, left) :]
        except BlockingIOError:
            time.sleep(0.001)
    os.close(pipe)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3])))
