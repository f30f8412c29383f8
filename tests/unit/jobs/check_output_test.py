"""Tests of tests/e2e/check_output.py: the checker can fail."""

import pathlib
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests/e2e"))
sys.dont_write_bytecode = True
import check_output
import reference

SETUP = reference.Setup(records=400, partitions=2, keys=3, seed=7)


class CheckOutputTest(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.root = pathlib.Path(temporary.name)
        self.expectations = check_output.kill_check_expectations(SETUP)
        self.events = reference.event_rows(SETUP)
        self.windows = reference.window_rows(SETUP)

    def write(self, name, rows, subtask=0, sequence=0, columns=("a",)):
        directory = self.root / name
        directory.mkdir(exist_ok=True)
        reference.write(directory / f"part-{subtask:05}-{sequence:08}.csv", columns, rows)

    def final(self, events=None, windows=None):
        self.write("events", self.events if events is None else events)
        self.write("windows", self.windows if windows is None else windows)
        return check_output.check_final(self.root, self.expectations)

    def assert_only(self, outcome, **counts):
        self.assertFalse(outcome["ok"])
        found = {name: outcome[name] for name in check_output.FAULTS if outcome[name]}
        self.assertEqual(counts, found)

    def test_when_output_is_exact_then_nothing_is_found(self):
        outcome = self.final()
        self.assertTrue(outcome["ok"], outcome)
        self.assertEqual(400 + len(self.windows), outcome["rows"])

    def test_when_output_is_empty_then_everything_is_lost(self):
        self.assert_only(self.final(events=[], windows=[]), lost=400 + len(self.windows))

    def test_when_the_tail_is_missing_then_it_is_lost(self):
        self.assert_only(self.final(events=self.events[:-3]), lost=3)

    def test_when_a_row_comes_twice_then_it_is_duplicated(self):
        self.assert_only(self.final(events=self.events + self.events[:2]), duplicated=2)

    def test_when_two_events_of_a_key_are_swapped_then_they_are_out_of_order(self):
        rows = [row for row in self.events if row[0] == "0"]
        others = [row for row in self.events if row[0] != "0"]
        rows[4], rows[5] = rows[5], rows[4]
        self.assert_only(self.final(events=rows + others), out_of_order=1)

    def test_when_events_of_different_keys_interleave_then_nothing_is_found(self):
        rows = sorted(self.events, key=lambda row: (int(row[1]), row[0]))
        self.assertTrue(self.final(events=rows)["ok"])

    def test_when_a_sum_is_off_then_it_is_wrong_and_the_right_row_lost(self):
        rows = [self.windows[0][:3] + ("123456",)] + self.windows[1:]
        self.assert_only(self.final(windows=rows), wrong=1, lost=1)

    def test_when_the_state_started_empty_then_sequence_numbers_are_wrong(self):
        again = [row[:1] + ("1",) + row[2:] for row in self.events[-1:]]
        self.assert_only(self.final(events=self.events[:-1] + again), wrong=1, lost=1)

    def test_when_rows_are_only_in_progress_then_they_do_not_count(self):
        outcome = self.final(events=self.events[:-1])
        (self.root / "events/.part-00000-00000001-g1.inprogress").write_text(
            "a\n" + ",".join(self.events[-1]) + "\n")
        self.assert_only(check_output.check_final(self.root, self.expectations), lost=1)
        self.assert_only(outcome, lost=1)

    def watch(self, steps, partial=False):
        """Runs one step before each look; the job ends with the last one."""
        until = self.root / "ended"
        left = list(steps)

        def next_step(_):
            left.pop(0)()
            if not left:
                until.write_text("partial" if partial else "")

        return check_output.watch(self.root, self.expectations, until, 0, lambda: 0, next_step)

    def test_when_parts_are_added_then_the_reader_is_content(self):
        outcome = self.watch([
            lambda: self.write("events", self.events[:100]),
            lambda: self.write("events", self.events[100:], sequence=1),
            lambda: self.write("windows", self.windows),
        ])
        self.assertTrue(outcome["ok"], outcome)
        self.assertEqual([[0, 100], [0, 400], [0, 400 + len(self.windows)]], outcome["progress"])

    def test_when_the_run_is_partial_then_missing_rows_are_no_fault(self):
        self.assertTrue(self.watch([lambda: self.write("events", self.events[:5])], True)["ok"])

    def test_when_a_part_vanishes_then_it_is_retracted(self):
        outcome = self.watch([
            lambda: self.write("events", self.events[:100]),
            lambda: (self.root / "events/part-00000-00000000.csv").unlink(),
        ], partial=True)
        self.assert_only(outcome, retracted=1)

    def test_when_a_part_changes_then_it_is_retracted(self):
        outcome = self.watch([
            lambda: self.write("events", self.events[:100]),
            lambda: self.write("events", self.events[:101]),
        ], partial=True)
        self.assert_only(outcome, retracted=1)

    def test_when_an_older_part_appears_late_then_it_was_no_prefix(self):
        outcome = self.watch([
            lambda: self.write("events", self.events[-1:], sequence=1),
            lambda: self.write("events", self.events[:1], sequence=0),
        ], partial=True)
        self.assert_only(outcome, not_a_prefix=1)

    def test_when_rows_of_any_job_differ_then_both_are_named(self):
        self.write("out", [("x", "1"), ("z", "2")], columns=("word", "count"))
        expected = self.root / "expected.csv"
        expected.write_text("word,count\nx,1\ny,1\n")
        self.assert_only(check_output.check_rows(self.root / "out", expected), lost=1, wrong=1)


if __name__ == "__main__":
    unittest.main()
