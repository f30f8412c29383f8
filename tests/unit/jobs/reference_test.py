"""The golden output of the jobs is what their references compute."""

import importlib.util
import json
import pathlib
import unittest

JOBS = pathlib.Path(__file__).resolve().parents[3] / "jobs"


def load(job):
    spec = importlib.util.spec_from_file_location(job, JOBS / job / "reference.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class ReferenceTest(unittest.TestCase):
    def test_when_flights_are_computed_anew_then_they_are_golden(self):
        job = JOBS / "flight_delays"
        flights = json.loads((job / "data/flights-20k.json").read_text())
        for name, content in load("flight_delays").expected(flights).items():
            self.assertEqual((job / "golden" / name).read_text(), content, name)

    def test_when_words_are_counted_anew_then_they_are_golden(self):
        module = load("word_count")
        text = (JOBS / "word_count/data/stream.txt").read_text()
        golden = (JOBS / "word_count/golden/counts.csv").read_text()
        self.assertEqual(golden, module.csv_text(module.counts(text)))

    def test_when_the_formula_of_kill_check_is_evaluated_then_it_is_as_documented(self):
        module = load("kill_checker")
        self.assertEqual(0xE220A8397B1DCDAF, module.mixed(0))  # published SplitMix64, seed 0
        setup = module.Setup(records=5, partitions=2, keys=4)
        self.assertEqual([(0, 3), (1, 2)], [
            (p, sum(1 for event in setup.events() if event[2] == p)) for p in (0, 1)])


if __name__ == "__main__":
    unittest.main()
