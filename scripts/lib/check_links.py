#!/usr/bin/env python3
"""Checks that links and pictures in Markdown files lead to something.

usage: check_links.py <file>...

Looks at inline links `[x](y)`, reference links `[x][y]` with their definitions `[y]: z`, pictures, and the attributes
href, src and srcset of HTML in Markdown. A path is relative to the file it stands in; an anchor `#x` must be a heading of
the Markdown file it is asked of, spelt as GitHub spells anchors, or an HTML id there. Addresses with a scheme are left
alone. Prints one line per problem and exits with 1 if there is any.
"""

import collections
import functools
import pathlib
import re
import sys
import urllib.parse

COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
FENCE = re.compile(r"^ *(```+|~~~+).*?^ *\1[`~]*$", re.MULTILINE | re.DOTALL)
INLINE_CODE = re.compile(r"(`+)(?!`)(?:(?!\n\s*\n).)*?(?<!`)\1(?!`)", re.DOTALL)
INLINE = re.compile(r"\]\(<?([^)\s>]+)>?(?:\s[^)]*)?\)")
ATTRIBUTE = re.compile(r"""<\w[^>]*?\b(?:href|src|srcset)=["']([^"'\s]+)""")
REFERENCE = re.compile(r"\[([^\[\]]+)\]\[([^\[\]]*)\]")
DEFINITION = re.compile(r"^ {0,3}\[([^\[\]]+)\]:\s*<?([^\s>]+)>?", re.MULTILINE)
ATX_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.*?)[ \t]*#*[ \t]*$", re.MULTILINE)
SETEXT_HEADING = re.compile(r"^(?![ \t]*$)(.+)\n(?:=+|-+)[ \t]*$", re.MULTILINE)
HTML_ANCHOR = re.compile(r"""<\w[^>]*?\b(?:id|name)=["']([^"']+)["']""")
HAS_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def blank(match):
    """Spaces in place of a match, so that line numbers stay."""
    return re.sub(r"[^\n]", " ", match[0])


def prose(text):
    """The text without comments and blocks of code."""
    return FENCE.sub(blank, COMMENT.sub(blank, text))


def slug(heading):
    """GitHub's anchor of a heading, before repeated ones are numbered."""
    shown = re.sub(r"!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])", r"\1", heading)
    if "`" not in shown:
        shown = re.sub(r"<[^>]*>|(?<!\w)_+|_+(?!\w)", "", shown)
    return re.sub(r"[^\w\- ]", "", shown.strip().lower()).replace(" ", "-")


def anchors_of(text):
    """All anchors of a document: its headings' in order, numbered where they repeat, and HTML ids."""
    text = prose(text)
    headings = [*ATX_HEADING.finditer(text), *SETEXT_HEADING.finditer(text)]
    seen = collections.Counter()
    anchors = {match[1] for match in HTML_ANCHOR.finditer(text)}
    for match in sorted(headings, key=lambda found: found.start()):
        name = slug(match[1])
        anchors.add(f"{name}-{seen[name]}" if seen[name] else name)
        seen[name] += 1
    return anchors


@functools.cache
def anchors_in(file):
    return anchors_of(file.read_text(encoding="utf-8"))


def problem_of(file, link):
    """What is wrong with a link in that file; None if nothing is."""
    if HAS_SCHEME.match(link):
        return None
    path, _, anchor = urllib.parse.unquote(link).partition("#")
    if path.startswith("/"):
        return f"absolute path {link}"
    target = (file.parent / path if path else file).resolve()
    if not target.exists():
        return f"dead link {link}"
    if anchor and target.suffix == ".md" and anchor not in anchors_in(target):
        return f"no heading for {link}"
    return None


def problems(file):
    """(line, what is wrong) for each bad link of a Markdown file."""
    text = INLINE_CODE.sub(blank, prose(file.read_text(encoding="utf-8")))
    definitions = {match[1].lower() for match in DEFINITION.finditer(text)}
    found = []
    for pattern, group in ((INLINE, 1), (ATTRIBUTE, 1), (DEFINITION, 2)):
        found += [(match.start(group), problem_of(file, match[group])) for match in pattern.finditer(text)]
    for match in REFERENCE.finditer(text):
        name = match[2] or match[1]
        if name.lower() not in definitions:
            found.append((match.start(), f"undefined reference [{name}]"))
    for position, problem in sorted(entry for entry in found if entry[1]):
        yield text.count("\n", 0, position) + 1, problem


def main():
    found = [(file, *problem) for file in map(pathlib.Path, sys.argv[1:]) for problem in problems(file)]
    for file, line, problem in found:
        print(f"{file}:{line}: {problem}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
