"""What a chunk of one long stream costs a client: `python long_stream.py CLIENT SHORT_URL LONG_URL`.

Prints microseconds of CPU per chunk (`cpu_us`) of a stream at `LONG_URL`, after one at `SHORT_URL`.
"""

from __future__ import annotations

import sys

from clients import open_client
from readings import Meter


def main() -> None:
    """Measure and print."""
    name, short, long = sys.argv[1:]
    open_client(name, short).stream()
    client = open_client(name, long)
    meter = Meter()
    meter.report(client.stream())


if __name__ == "__main__":
    main()
