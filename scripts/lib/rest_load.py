#!/usr/bin/env python3
"""Measures how fast the REST API of a real cluster answers, with and without idle connections.

usage: PENSTOCK_BUILD=DIRECTORY rest_load.py

Starts a coordinator and two workers, submits 50 jobs (as many run as there are slots, the others
wait for some) and asks on one kept connection, one request after another. Then opens 1000
connections that say nothing and asks again, in the same run. Prints rows like penstock_bench.
"""

import pathlib
import resource
import socket
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "e2e"))
import cluster  # noqa: E402  (its folder is known only now)

JOBS = 50
SLOTS = 4
IDLE = 1000
REQUESTS = 2000
WARM_UP = 200
BUDGET_MS = 20.0


class Connection:
    """A kept connection, as thin as it can be: what is measured is the server."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def get(self, path):
        """Returns the seconds until the whole answer was there, and its body."""
        request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
        begin = time.perf_counter()
        self.socket.sendall(request)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self._read()
        head, body = answer.split(b"\r\n\r\n", 1)
        length = next(int(line.split(b":")[1]) for line in head.lower().split(b"\r\n")
                      if line.startswith(b"content-length:"))
        pieces = [body]
        left = length - len(body)
        while left > 0:
            pieces.append(self._read())
            left -= len(pieces[-1])
        spent = time.perf_counter() - begin
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"error: GET {path}: {head.splitlines()[0].decode()}")
        return spent, b"".join(pieces)

    def _read(self):
        piece = self.socket.recv(1 << 18)
        if not piece:
            raise SystemExit("error: the coordinator has closed the connection")
        return piece


def row(name, figure, unit="ms", budget=None):
    verdict = "" if budget is None else f"<= {budget:.0f} {'met' if figure <= budget else 'MISSED'}"
    print(f"  {name:<50} {figure:>8.2f} {unit:<11} {'':>7} {'':>9}   {verdict}", flush=True)


def measure(port, paths, what):
    connection = Connection(port)
    print(f"\n{what:<52} {'figure':>8} {'unit':<11} {'limit':>7} {'off by':>9}   budget")
    for path in paths:
        for _ in range(WARM_UP):
            connection.get(path)
        times = sorted(connection.get(path)[0] * 1000 for _ in range(REQUESTS))
        name = path if len(path) < 20 else "/jobs/:jobid"
        row(f"GET {name}, p50", times[REQUESTS // 2])
        row(f"GET {name}, p99", times[REQUESTS * 99 // 100], budget=BUDGET_MS)


def open_idle(port):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < IDLE + 200:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(IDLE + 200, hard), hard))
    return [socket.create_connection(("127.0.0.1", port)) for _ in range(IDLE)]


def check_open(connections):
    """A connection that the server has closed would be readable."""
    for connection in connections:
        connection.setblocking(False)
        try:
            connection.recv(1)
        except BlockingIOError:
            continue
        raise SystemExit("error: the coordinator has closed an idle connection")


def count_running(penstock):
    """How many jobs have their slots and run; /overview counts those that wait as well."""
    return sum(job["state"] == "RUNNING" for job in penstock.get("/jobs/overview")["jobs"])


def main():
    with cluster.Cluster(workers=2, slots=SLOTS) as penstock:
        jobs = [penstock.submit("kill_check", "--output", penstock.directory / f"out{number}",
                                "--records", "100000000", "--rate", "20", run_options=("-p", "1"))
                for number in range(JOBS)]
        cluster.wait_until(lambda: penstock.get("/overview")["slots-available"] == 0,
                           "jobs have taken all slots", 120)
        cluster.wait_until(lambda: count_running(penstock) > 0, "a job runs", 120)
        run = count_running(penstock)
        running = next(job for job in jobs if penstock.job_state(job) == "RUNNING")
        paths = ["/overview", "/jobs/overview", f"/jobs/{running}"]
        print(f"{JOBS} jobs: {run} run, {JOBS - run} wait for slots; "
              f"{REQUESTS} requests each, one at a time", flush=True)
        measure(penstock.rest_port, paths, "REST, no other connections")
        idle = open_idle(penstock.rest_port)
        measure(penstock.rest_port, paths, f"REST, {IDLE} idle connections")
        check_open(idle)
    return 0


if __name__ == "__main__":
    sys.exit(main())
