#!/usr/bin/env python3
"""Keeps the code in documents equal to the examples that the suite compiles and runs.

    examples.py DOCUMENT...         fails when a document's code is not that of docs/examples
    examples.py --write DOCUMENT... puts it there

A line `<!-- example: FILE#NAME -->` stands before the code between the two lines `// [NAME]` of docs/examples/FILE.
"""

import pathlib
import re
import sys
import textwrap

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLE = re.compile(r"(<!-- example: ([\w.]+)#([\w-]+) -->\n)(?:\n```cpp\n.*?```\n)?", re.DOTALL)


def region(file, name):
    """The code of an example, without its common indentation."""
    parts = re.split(rf"^ *// \[{re.escape(name)}\]\n", (ROOT / "docs/examples" / file).read_text(), flags=re.M)
    if len(parts) != 3:
        raise SystemExit(f"error: docs/examples/{file} does not have two lines // [{name}]")
    return textwrap.dedent(parts[1]).strip("\n") + "\n"


def filled(text):
    return EXAMPLE.sub(lambda match: f"{match[1]}\n```cpp\n{region(match[2], match[3])}```\n", text)


def main(arguments):
    write = arguments[:1] == ["--write"]
    stale = []
    for path in map(pathlib.Path, arguments[write:]):
        text = path.read_text()
        if filled(text) == text:
            continue
        stale.append(str(path))
        if write:
            path.write_text(filled(text))
    if stale and not write:
        raise SystemExit(f"error: examples differ from docs/examples: {', '.join(stale)}\n"
                         f"hint: run python3 scripts/lib/examples.py --write {' '.join(stale)}")


if __name__ == "__main__":
    main(sys.argv[1:])
