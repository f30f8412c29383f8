#!/usr/bin/env python3
"""Kills real processes of a running job at random moments and judges what it has committed.

    kill_test.py --kind host|worker|coordinator --kills N [--seed S] [--interval "100 ms"] [--seconds S]
                 [--state-mb N]

Each round runs kill_check (jobs/kill_checker) with a reader beside it that sees only committed output, and
kills until enough kills have struck. With --state-mb the job has that much more keyed state, and no kill comes before
it has been checkpointed. Every kill must have struck a living process of the running job, and
the job must have been restarted for it. Prints one JSON object with the counts of lost, duplicated, out of
order and wrong rows and the time from each kill to the first row committed after it.
"""

import argparse
import json
import pathlib
import random
import subprocess
import sys
import time

from cluster import Cluster, wait_until

CHECKER = pathlib.Path(__file__).with_name("check_output.py")
PARTITIONS = 2
RECORDS_PER_SECOND = 20000


class Round:
    """One run of the job, with its reader."""

    def __init__(self, cluster, number, seed, arguments):
        self.cluster = cluster
        self.state_bytes = arguments.state_mb << 20
        self.output = cluster.directory / f"output-{number}"
        self.ended = cluster.directory / f"ended-{number}"
        self.setup = ["--records", str(RECORDS_PER_SECOND * arguments.seconds), "--partitions",
                      str(PARTITIONS), "--seed", str(seed), "--state-mb", str(arguments.state_mb)]
        ready = cluster.directory / f"ready-{number}"
        self.reader = subprocess.Popen(
            [sys.executable, CHECKER, "watch", self.output, "--until", self.ended, "--ready", ready,
             *self.setup], stdout=subprocess.PIPE, text=True)
        wait_until(ready.exists, "the reader knows what to expect", timeout=120)
        self.job = cluster.submit("kill_check", "--output", self.output, *self.setup, "--rate",
                                  str(RECORDS_PER_SECOND),
                                  run_options=["-p", "2", "-D",
                                               f"execution.checkpointing.interval={arguments.interval}",
                                               "-D", "restart-strategy.type=fixed-delay",
                                               "-D", "restart-strategy.fixed-delay.attempts=1000",
                                               "-D", "restart-strategy.fixed-delay.delay=0 ms"])
        self.kills = []  # monotonic times

    def running(self):
        return self.cluster.job_state(self.job) == "RUNNING"

    def finished(self):
        return self.cluster.job_state(self.job) == "FINISHED"

    def filled(self):
        """All of the large state is in a checkpoint."""
        checkpoints = self.cluster.get(f"/jobs/{self.job}/checkpoints") or {}
        completed = checkpoints.get("latest", {}).get("completed")
        return completed is not None and completed["state_size"] >= self.state_bytes

    def committed_parts(self):
        return len(list(self.output.glob("*/part-*")))

    def finish(self):
        """The reader's report, once the job has FINISHED."""
        self.cluster.wait_state(self.job, "FINISHED", timeout=240)
        self.ended.write_text("complete")
        report, _ = self.reader.communicate(timeout=120)
        return json.loads(report)


def victim_of(cluster, kind, rng):
    """Pid of a living process to kill."""
    if kind == "coordinator":
        return cluster.supervised("coordinator")
    if kind == "worker":
        return cluster.supervised(f"worker-{rng.randint(1, cluster.workers)}")
    hosts = cluster.task_hosts()
    return rng.choice(hosts) if hosts else None


def kill_once(run, kind, rng, interval_seconds):
    """Waits until the job commits, then for a random moment, and kills; False if that missed the job."""
    parts = run.committed_parts()
    wait_until(lambda: run.finished() or (run.running() and run.committed_parts() > parts),
               "the job commits after a restart")
    moment = time.monotonic() + rng.uniform(0, 1.5 * interval_seconds)
    wait_until(lambda: time.monotonic() >= moment, "the random moment")
    victim = victim_of(run.cluster, kind, rng)
    if victim is None or not run.running():
        return False
    generation = generation_of(run)
    if not run.cluster.kill(victim):
        return False
    killed = time.monotonic()
    wait_until(lambda: run.finished() or generation_of(run) > generation, "the kill shows as a restart")
    if generation_of(run) == generation:
        return False  # it struck when the job had committed everything
    run.kills.append(killed)
    return True


def generation_of(run):
    """Grows with each start of the job; -1 while the coordinator does not answer."""
    detail = run.cluster.get(f"/jobs/{run.job}")
    return detail["generation"] if detail else -1


def recovery_times(kills, progress):
    """Milliseconds from each kill to the first commit seen after it."""
    times = []
    for kill in kills:
        later = [at for at, _ in progress if at > kill]
        if later:
            times.append(round(1000 * (later[0] - kill)))
    return sorted(times)


def percentile(values, share):
    return values[min(len(values) - 1, int(share * len(values)))] if values else None


def seconds_of(duration):
    number, unit = duration.split()
    return float(number) * {"ms": 0.001, "s": 1.0}[unit]


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kind", choices=["host", "worker", "coordinator"], required=True)
    parser.add_argument("--kills", type=int, required=True)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--interval", default="100 ms", help="checkpoint interval")
    parser.add_argument("--seconds", type=int, default=12, help="how long a round lasts without kills")
    parser.add_argument("--state-mb", type=int, default=0, help="keyed state in MiB beside the small one")
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}", file=sys.stderr)
    rng = random.Random(arguments.seed)

    faults = dict.fromkeys(
        ("lost", "duplicated", "out_of_order", "wrong", "retracted", "not_a_prefix"), 0)
    times, kills, rows, rounds, examples = [], 0, 0, 0, {}
    # One slot each: the job needs both workers, so that no kill can miss it.
    memory = {"worker.memory": f"{1024 + 3 * arguments.state_mb}m"}
    with Cluster(workers=2, slots=1, options=memory) as cluster:
        while kills < arguments.kills:
            rounds += 1
            assert rounds <= arguments.kills, "the job ends before it can be killed"
            run = Round(cluster, rounds, arguments.seed + rounds, arguments)
            try:
                wait_until(run.filled, "the state is checkpointed", timeout=120)
                while kills + len(run.kills) < arguments.kills and not run.finished():
                    kill_once(run, arguments.kind, rng, seconds_of(arguments.interval))
                report = run.finish()
            finally:
                run.reader.kill()
            kills += len(run.kills)
            rows += report["rows"]
            examples.update(report["examples"])
            for fault in faults:
                faults[fault] += report[fault]
            times += recovery_times(run.kills, report["progress"])
    times.sort()
    print(json.dumps({"kind": arguments.kind, "kills": kills, "rounds": rounds, "rows": rows,
                      "state_mb": arguments.state_mb, "interval": arguments.interval, **faults,
                      "recovery_ms": {"p50": percentile(times, 0.5), "p99": percentile(times, 0.99),
                                      "max": percentile(times, 1.0), "measured": len(times)},
                      "examples": examples}))
    return 0 if not any(faults.values()) and kills >= arguments.kills else 1


if __name__ == "__main__":
    sys.exit(main())
