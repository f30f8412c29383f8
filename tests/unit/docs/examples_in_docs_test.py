#!/usr/bin/env python3
"""The code blocks of a page are regions of a test file.

usage: examples_in_docs_test.py PAGE SOURCE
"""

import pathlib
import re
import sys


def main():
    page, source = (pathlib.Path(path).read_text(encoding="utf-8") for path in sys.argv[1:])
    regions = re.findall(r"// region [\w-]+\n(.*?)// endregion", source, re.DOTALL)
    blocks = re.findall(r"```cpp\n(.*?)```", page, re.DOTALL)
    missing = [block for block in blocks if block not in regions]
    for block in missing:
        print(f"{sys.argv[1]}: this block is no region of {sys.argv[2]}:\n{block}")
    if not blocks:
        print(f"{sys.argv[1]} has no code blocks")
    return 1 if missing or not blocks else 0


if __name__ == "__main__":
    sys.exit(main())
