#!/usr/bin/env python3
"""Reference for jobs/flight_delays: writes the expected rows, without any code of the job.

Everything is computed from the plain list of flights: for each airport and each window of seven days that
ends at a midnight (UTC), the delays are collected, sorted and looked at.
"""

import argparse
import collections
import datetime
import json
import pathlib

DAY = datetime.timedelta(days=1)
AIRPORT_COLUMNS = ["airport", "window_end", "flights", "mean_delay", "p95_delay"]
WORST_COLUMNS = ["window_end", "rank", "airport", "flights", "mean_delay", "p95_delay"]


def shown(number):
    """The shortest text that reads back the same; whole numbers without a fraction."""
    return str(int(number)) if number == int(number) else repr(number)


def delays_by_window(flights):
    """(airport, end of window) -> delays."""
    delays = collections.defaultdict(list)
    for flight in flights:
        time = datetime.datetime.strptime(flight["date"], "%Y/%m/%d %H:%M")
        next_midnight = datetime.datetime(time.year, time.month, time.day) + DAY
        for day in range(7):
            delays[flight["origin"], next_midnight + day * DAY].append(flight["delay"])
    return delays


def airport_rows(flights):
    """Sorted rows of AIRPORT_COLUMNS, with times and numbers as such."""
    rows = []
    for (airport, end), delays in delays_by_window(flights).items():
        delays.sort()
        rank = -(-len(delays) * 95 // 100)
        rows.append((airport, end, len(delays), sum(delays) / len(delays), delays[rank - 1]))
    return sorted(rows)


def worst_rows(airports):
    """Sorted rows of WORST_COLUMNS: per window the five greatest means of at least 20 flights."""
    by_window = collections.defaultdict(list)
    for airport, end, count, mean, p95 in airports:
        if count >= 20:
            by_window[end].append((-mean, airport, count, mean, p95))
    rows = []
    for end, candidates in by_window.items():
        for rank, (_, airport, count, mean, p95) in enumerate(sorted(candidates)[:5], 1):
            rows.append((end, rank, airport, count, mean, p95))
    return sorted(rows)


def text_of(value):
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return shown(value) if isinstance(value, float) else str(value)


def csv_text(columns, rows):
    lines = [columns] + [[text_of(value) for value in row] for row in rows]
    return "".join(",".join(line) + "\n" for line in lines)


def expected(flights):
    """File name -> content."""
    airports = airport_rows(flights)
    return {
        "airports.csv": csv_text(AIRPORT_COLUMNS, airports),
        "worst.csv": csv_text(WORST_COLUMNS, worst_rows(airports)),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("input", help="flights as one JSON array")
    parser.add_argument("directory", help="gets airports.csv and worst.csv")
    arguments = parser.parse_args()
    directory = pathlib.Path(arguments.directory)
    directory.mkdir(parents=True, exist_ok=True)
    for name, content in expected(json.loads(pathlib.Path(arguments.input).read_text())).items():
        (directory / name).write_text(content)


if __name__ == "__main__":
    main()
