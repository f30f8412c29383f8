#!/usr/bin/env python3
"""Judges what a job has committed, by its part files and an independent reference.

    check_output.py final DIRECTORY [arguments of kill_check]   complete output of kill_check
    check_output.py watch DIRECTORY --until FILE [...]     the same while the job runs
    check_output.py rows DIRECTORY --expected FILE         complete output of any job

Prints one JSON object; exit code 0 if nothing is wrong, 1 otherwise.
"""

import argparse
import collections
import csv
import hashlib
import json
import pathlib
import re
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "jobs/kill_checker"))
import reference  # noqa: E402

PART = re.compile(r"part-(\d{5})-(\d{8})(-[0-9a-f]{8})?\.\w+")
FAULTS = ("lost", "duplicated", "out_of_order", "wrong", "retracted", "not_a_prefix")
EXAMPLES = 5


class Parts:
    """The committed part files of one directory: (subtask, sequence, job if it is named) -> path."""

    def __init__(self, directory):
        self.paths = {}
        for path in sorted(pathlib.Path(directory).glob("part-*")):
            match = PART.fullmatch(path.name)
            if match:
                self.paths[int(match[1]), int(match[2]), match[3] or ""] = path

    def rows(self):
        """(subtask, row) in the order of commit per subtask; the header lines are left out."""
        for (subtask, _, _), path in sorted(self.paths.items()):
            for row in rows_of(path):
                yield subtask, row


def rows_of(path):
    with open(path, newline="", encoding="utf-8") as file:
        return [tuple(row) for row in csv.reader(file)][1:]


class Expectation:
    """The rows of a finished run. `identity` columns name a row; `order` says by which of two rows of the
    same key comes first, or is None when the order means nothing."""

    def __init__(self, rows, identity, order=None):
        self.identity = identity
        self.order = order
        self.rows = collections.Counter(rows)
        self.by_identity = {row[:identity]: row for row in rows}


class Findings:
    """Counts faults, with a few examples of each."""

    def __init__(self):
        self.counts = dict.fromkeys(FAULTS, 0)
        self.examples = {}

    def add(self, fault, example):
        self.counts[fault] += 1
        shown = self.examples.setdefault(fault, [])
        if len(shown) < EXAMPLES:
            shown.append(example)

    def ok(self):
        return not any(self.counts.values())


class RowChecker:
    """Takes committed rows, one by one, and finds what is wrong with them."""

    def __init__(self, name, expectation, findings):
        self.name = name
        self.expectation = expectation
        self.findings = findings
        self.seen = collections.Counter()
        self.last = {}  # (subtask, key) -> order of the last row

    def take(self, subtask, row):
        expected = self.expectation
        example = f"{self.name}: {','.join(row)}"
        if row not in expected.rows:
            should_be = expected.by_identity.get(row[:expected.identity])
            self.findings.add("wrong", f"{example} (expected {should_be})")
            return
        self.seen[row] += 1
        if self.seen[row] > expected.rows[row]:
            self.findings.add("duplicated", example)
            return
        if expected.order is None:
            return
        key, place = (subtask, row[0]), expected.order(row)
        if key in self.last and place <= self.last[key]:
            self.findings.add("out_of_order", example)
        self.last[key] = place

    def finish(self):
        for row, count in (self.expectation.rows - self.seen).items():
            for _ in range(count):
                self.findings.add("lost", f"{self.name}: {','.join(row)}")


class Watcher:
    """Looks at one directory again and again, only at what is committed: nothing that was seen may change
    or vanish, and what is new comes behind it."""

    def __init__(self, directory, checker, findings):
        self.directory = directory
        self.checker = checker
        self.findings = findings
        self.digests = {}  # place in Parts.paths -> digest
        self.stamps = {}   # place in Parts.paths -> what stat says while nobody touches the file
        self.gone = set()

    def look(self):
        """How many new rows there are. Known files are looked at by stat only, so that a look is quick."""
        found = Parts(self.directory).paths
        newest = {}
        for subtask, sequence, _ in self.digests:
            newest[subtask] = max(sequence, newest.get(subtask, -1))
        self._check_known(found)
        new_rows = 0
        for place in sorted(found.keys() - self.digests.keys()):
            if place[1] < newest.get(place[0], -1):
                self.findings.add("not_a_prefix", str(found[place]))
            self.stamps[place] = stamp_of(found[place])
            content = found[place].read_bytes()
            self.digests[place] = hashlib.sha256(content).digest()
            for row in rows_of(found[place]):
                self.checker.take(place[0], row)
                new_rows += 1
        return new_rows

    def finish(self):
        """Reads every known file once more: none may have changed."""
        found = Parts(self.directory).paths
        for place, digest in self.digests.items():
            if place in self.gone:
                continue
            path = found.get(place)
            if path is None or hashlib.sha256(path.read_bytes()).digest() != digest:
                self._retract(place)
        return self

    def _check_known(self, found):
        for place, stamp in self.stamps.items():
            if place in self.gone:
                continue
            if place not in found or stamp_of(found[place]) != stamp:
                self._retract(place)

    def _retract(self, place):
        self.gone.add(place)
        self.findings.add("retracted", f"{self.directory}: part {place}")


def stamp_of(path):
    """Changes with every change of the file; None when it is gone."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


def kill_check_expectations(setup):
    """Directory of the job's output -> what must be in it."""
    expectations = {
        "events": Expectation(reference.event_rows(setup), identity=2, order=lambda r: int(r[1])),
        "windows": Expectation(reference.window_rows(setup), identity=2, order=lambda r: r[1]),
    }
    if setup.state_mb:
        expectations["ballast"] = Expectation(list(reference.block_rows(setup)), identity=1)
    return expectations


def check_final(directory, expectations):
    """Compares complete output; returns the report."""
    findings = Findings()
    rows = 0
    for name, expectation in expectations.items():
        checker = RowChecker(name, expectation, findings)
        for subtask, row in Parts(pathlib.Path(directory) / name).rows():
            checker.take(subtask, row)
            rows += 1
        checker.finish()
    return report(findings, rows)


def watch(directory, expectations, until, interval, clock=time.monotonic, sleep=time.sleep):
    """Reads beside the job until the file `until` exists, then once more, and then checks that nothing is
    missing unless that file says "partial". `progress` has [seconds, rows] for each new commit."""
    findings = Findings()
    watchers = [Watcher(pathlib.Path(directory) / name,
                        RowChecker(name, expectation, findings), findings)
                for name, expectation in expectations.items()]
    rows, looks, progress, ended = 0, 0, [], False
    while not ended:
        ended = until.exists()
        new_rows = sum(watcher.look() for watcher in watchers)
        rows += new_rows
        looks += 1
        if new_rows:
            progress.append([round(clock(), 4), rows])
        if not ended:
            sleep(interval)
    for watcher in watchers:
        watcher.finish()
        if until.read_text().strip() != "partial":
            watcher.checker.finish()
    return report(findings, rows) | {"looks": looks, "progress": progress}


def check_rows(directory, expected):
    """Compares the rows in a directory with those of a CSV file, in any order."""
    findings = Findings()
    wanted = rows_of(expected)
    checker = RowChecker(str(directory), Expectation(wanted, identity=2), findings)
    found = [row for _, row in Parts(directory).rows()]
    for row in found:
        checker.take(0, row)
    checker.finish()
    return report(findings, len(found))


def report(findings, rows):
    return {"ok": findings.ok(), "rows": rows, **findings.counts, "examples": findings.examples}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    modes = parser.add_subparsers(dest="mode", required=True)
    final = modes.add_parser("final", help="complete output of kill_check")
    beside = modes.add_parser("watch", help="output of kill_check while it runs")
    beside.add_argument("--until", type=pathlib.Path, required=True,
                        help="ends when this file exists; 'partial' in it: rows may be missing")
    beside.add_argument("--ready", type=pathlib.Path,
                        help="is made when the expected rows are known and watching begins")
    beside.add_argument("--interval", type=float, default=0.02, help="seconds between two looks")
    for mode in (final, beside):
        mode.add_argument("directory")
        reference.add_arguments(mode)
    rows = modes.add_parser("rows", help="complete output of any job")
    rows.add_argument("directory")
    rows.add_argument("--expected", required=True, help="CSV file with a header line")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    if arguments.mode == "rows":
        outcome = check_rows(arguments.directory, arguments.expected)
    else:
        expectations = kill_check_expectations(reference.setup_of(arguments))
        if arguments.mode == "final":
            outcome = check_final(arguments.directory, expectations)
        else:
            if arguments.ready:
                arguments.ready.touch()
            outcome = watch(arguments.directory, expectations, arguments.until, arguments.interval)
    print(json.dumps(outcome))
    return 0 if outcome["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
