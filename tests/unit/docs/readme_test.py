#!/usr/bin/env python3
"""The job in the README compiles as it stands there."""

import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]


class ReadmeTest(unittest.TestCase):
    def test_when_the_job_is_pasted_then_it_compiles(self):
        blocks = re.findall(r"```cpp\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
        self.assertEqual(len(blocks), 1)
        compiler, build = sys.argv[1:]
        outcome = subprocess.run(
            [compiler, "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", f"-I{ROOT}",
             f"-I{ROOT}/include", f"-I{build}/include", "-x", "c++", "-"], input=blocks[0], capture_output=True, text=True, check=False)
        self.assertEqual(outcome.returncode, 0, outcome.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
