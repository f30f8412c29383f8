#!/usr/bin/env python3
"""Reference for the job kill_check: the expected rows, computed without any code of the job."""

import argparse
import collections
import datetime
import pathlib

EVENT_COLUMNS = ["key", "sequence", "partition", "index", "value"]
WINDOW_COLUMNS = ["key", "window_start", "count", "sum"]
BLOCK_COLUMNS = ["block", "sum"]
BLOCKS_PER_MEBIBYTE = 1024
WORDS = 128
MASK = (1 << 64) - 1


def mixed(z):
    """One step of SplitMix64."""
    z = (z + 0x9E3779B97F4A7C15) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


class Setup:
    """The arguments of the job that its output depends on; `window` is in milliseconds."""

    def __init__(self, records=100000, partitions=2, keys=50, seed=1, window=1000, state_mb=0):
        self.records = records
        self.partitions = partitions
        self.keys = keys
        self.seed = seed
        self.window = window
        self.state_mb = state_mb

    def events(self):
        """(key, time in milliseconds, partition, index, value), in order within each partition."""
        for partition in range(self.partitions):
            for index in range((self.records - partition + self.partitions - 1) // self.partitions):
                bits = mixed(self.seed ^ (partition << 48) ^ index)
                yield (partition * self.keys + bits % self.keys, index * 10 + (bits >> 40) % 50,
                       partition, index, (bits >> 20) % 2001 - 1000)


def iso(millis):
    time = datetime.datetime.fromtimestamp(millis // 1000, datetime.timezone.utc)
    fraction = f".{millis % 1000:03}" if millis % 1000 else ""
    return time.strftime("%Y-%m-%dT%H:%M:%S") + fraction + "Z"


def event_rows(setup):
    """Rows of EVENT_COLUMNS as text, per key in order."""
    seen = collections.Counter()
    rows = []
    for key, _, partition, index, value in setup.events():
        seen[key] += 1
        rows.append(tuple(map(str, (key, seen[key], partition, index, value))))
    return rows


def window_rows(setup):
    """Rows of WINDOW_COLUMNS as text, per key in order."""
    windows = {}
    for key, time, _, _, value in setup.events():
        window = windows.setdefault((key, time - time % setup.window), [0, 0])
        window[0] += 1
        window[1] += value
    return [(str(key), iso(start), str(count), str(total))
            for (key, start), (count, total) in sorted(windows.items())]


def block_rows(setup):
    """Rows of BLOCK_COLUMNS as text: each block of the ballast, and the sum of its words."""
    beyond_first = sum(range(WORDS))
    for block in range(setup.state_mb * BLOCKS_PER_MEBIBYTE):
        first = mixed((~setup.seed & MASK) ^ block)
        yield str(block), str((WORDS * first + beyond_first) & MASK)


def add_arguments(parser):
    """The job's own arguments."""
    defaults = Setup()
    for name in ("records", "partitions", "keys", "seed"):
        parser.add_argument("--" + name, type=int, default=getattr(defaults, name))
    parser.add_argument("--window", type=int, default=defaults.window, help="milliseconds")
    parser.add_argument("--state-mb", type=int, default=defaults.state_mb)


def setup_of(arguments):
    return Setup(arguments.records, arguments.partitions, arguments.keys, arguments.seed,
                 arguments.window, arguments.state_mb)


def write(path, columns, rows):
    path.write_text("".join(",".join(row) + "\n" for row in [columns, *rows]))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", help="gets events.csv, windows.csv, ballast.csv")
    add_arguments(parser)
    arguments = parser.parse_args()
    setup = setup_of(arguments)
    directory = pathlib.Path(arguments.directory)
    directory.mkdir(parents=True, exist_ok=True)
    write(directory / "events.csv", EVENT_COLUMNS, event_rows(setup))
    write(directory / "windows.csv", WINDOW_COLUMNS, window_rows(setup))
    if setup.state_mb:
        write(directory / "ballast.csv", BLOCK_COLUMNS, block_rows(setup))


if __name__ == "__main__":
    main()
