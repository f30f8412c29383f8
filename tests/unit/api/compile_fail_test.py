#!/usr/bin/env python3
"""Checks that wrong job code is refused by the compiler with a sentence of ours.

usage: compile_fail_test.py COMPILER INCLUDE_DIRECTORY FILE...

Each file begins with a line "// expect: <sentence>".
"""

import subprocess
import sys


def problem(compiler, include, file):
    with open(file, encoding="utf-8") as source:
        expected = source.readline().removeprefix("// expect: ").strip()
    run = subprocess.run(
        [compiler, "-std=c++20", "-fsyntax-only", f"-I{include}", file],
        capture_output=True, text=True, check=False)
    if run.returncode == 0:
        return f"{file}: compiles, but must not"
    if expected not in run.stderr:
        return f"{file}: the compiler doesn't say '{expected}':\n{run.stderr}"
    return None


def main():
    compiler, include, *files = sys.argv[1:]
    problems = [found for file in files if (found := problem(compiler, include, file))]
    print("\n".join(problems))
    return 1 if problems or not files else 0


if __name__ == "__main__":
    sys.exit(main())
