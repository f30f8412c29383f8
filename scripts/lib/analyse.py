#!/usr/bin/env python3
"""Runs clang-tidy and clang's thread-safety analysis over some sources and headers.

usage: analyse.py <build directory> <file>...

Needs the build directory's compile_commands.json. Prints what they find and exits with 1 if they
find anything. Both come from one parse of each file: thread-safety warnings are enabled as
compiler diagnostics, which clang-tidy reports as errors.
"""

import concurrent.futures
import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile

CHECKS = pathlib.Path(__file__).resolve().parents[2] / ".clang-tidy"
CLANG_FLAGS = [
    "-Wthread-safety",
    "-Wno-unknown-warning-option",
    "-Wno-pragma-once-outside-header",
]


def compiler_flags(entry):
    """The flags of a compile command that matter for parsing, without compiler and file names."""
    words = entry["arguments"] if "arguments" in entry else shlex.split(entry["command"])
    flags, skip = [], True  # the words before the first flag are launcher and compiler
    for previous, word in zip([""] + words, words):
        skip = skip and not word.startswith("-")
        if skip or word in ("-c", "-o") or previous in ("-c", "-o"):
            continue
        if not word.startswith(("-march=native", "-fsanitize", "-fno-sanitize")):
            flags.append(word)
    return flags


def nearest(file, entries):
    """The compile command for a file: its own, or that of the source with most path in common."""
    def closeness(entry):
        return len(os.path.commonprefix([entry["file"], str(file.with_suffix(""))]))
    return max(entries, key=lambda entry: (entry["file"] == str(file), closeness(entry)))


def database(files, entries):
    for file in files:
        entry = nearest(file, entries)
        command = ["clang++-14", "-x", "c++", *compiler_flags(entry), *CLANG_FLAGS, "-c", str(file)]
        yield {"directory": entry["directory"], "file": str(file), "arguments": command}


def analyse(database_dir, file):
    command = ["clang-tidy-14", "--quiet", f"--config-file={CHECKS}", "-p", database_dir, str(file)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode == 0:
        return ""
    return run.stdout if run.stdout.strip() else run.stderr


def main():
    entries = json.loads(pathlib.Path(sys.argv[1], "compile_commands.json").read_text())
    files = [pathlib.Path(name).resolve() for name in sys.argv[2:]]
    with tempfile.TemporaryDirectory() as directory:
        pathlib.Path(directory, "compile_commands.json").write_text(
            json.dumps(list(database(files, entries))))
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            outputs = list(pool.map(lambda file: analyse(directory, file), files))
    for output in filter(None, outputs):
        print(output.strip())
    return 1 if any(outputs) else 0


if __name__ == "__main__":
    sys.exit(main())
