#!/usr/bin/env python3
"""Checks that wrong job code is refused by the compiler with a sentence of ours.

usage: compile_fail_test.py COMPILER INCLUDE_DIRECTORY FILE...

Each file begins with a line "// expect: <sentence>", or "// expect here: <sentence>" when the first ten lines
of what the compiler says must show a line of the file too, other than an include.
"""

import pathlib
import re
import subprocess
import sys


def problem(compiler, include, file):
    with open(file, encoding="utf-8") as source:
        where, expected = re.match(r"// expect( here)?: (.*)", source.readline()).groups()
    run = subprocess.run(
        [compiler, "-std=c++20", "-fsyntax-only", f"-I{include}", file],
        capture_output=True, text=True, check=False)
    if run.returncode == 0:
        return f"{file}: compiles, but must not"
    if expected not in run.stderr:
        return f"{file}: the compiler doesn't say '{expected}':\n{run.stderr}"
    own_line = re.compile(rf"^\S*{re.escape(pathlib.Path(file).name)}:\d+:\d+:", re.MULTILINE)
    if where and not own_line.search("\n".join(run.stderr.splitlines()[:10])):
        return f"{file}: the first ten lines don't show where the mistake is:\n{run.stderr}"
    return None


def main():
    compiler, include, *files = sys.argv[1:]
    problems = [found for file in files if (found := problem(compiler, include, file))]
    print("\n".join(problems))
    return 1 if problems or not files else 0


if __name__ == "__main__":
    sys.exit(main())
