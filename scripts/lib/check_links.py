#!/usr/bin/env python3
"""Checks that relative links in Markdown files lead to something.

usage: check_links.py <file>...

Prints one line per dead link and exits with 1 if there is any.
"""

import pathlib
import re
import sys

LINK = re.compile(r"\[[^\]]*\]\(<?([^)\s>]+)>?[^)]*\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
INLINE_CODE = re.compile(r"`[^`\n]*`")


def blank(match):
    """Spaces in place of a match, so that line numbers stay."""
    return re.sub(r"[^\n]", " ", match[0])


def dead_links(file):
    text = INLINE_CODE.sub(blank, FENCE.sub(blank, file.read_text(encoding="utf-8")))
    for match in LINK.finditer(text):
        target = match[1].split("#", 1)[0]
        if target and not re.match(r"[a-z]+:", target) and not (file.parent / target).exists():
            yield text.count("\n", 0, match.start()) + 1, match[1]


def main():
    found = [(file, *link) for file in map(pathlib.Path, sys.argv[1:]) for link in dead_links(file)]
    for file, line, target in found:
        print(f"{file}:{line}: dead link {target}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
