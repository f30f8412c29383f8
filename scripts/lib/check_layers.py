#!/usr/bin/env python3
"""Checks every #include against the table of who may depend on whom.

usage: check_layers.py [repository root]

Prints one line per forbidden include and exits with 1 if there is any.
"""

import pathlib
import re
import sys

# Folder -> what it may include besides itself: a folder, or a path inside one.
MAY_USE = {
    "common": [],
    "graph": ["common"],
    "wire": ["common", "graph"],
    "checkpoint": ["common"],
    "api": ["common", "graph"],
    "connectors": ["common", "api"],
    "worker": ["common", "graph", "wire", "checkpoint", "api/runtime"],
    "coordinator": ["common", "graph", "wire", "checkpoint"],
    "jobs": ["common", "api", "connectors"],
    "cli": ["common", "graph", "checkpoint"],
    "main": ["common", "graph", "wire", "checkpoint", "api", "worker", "coordinator", "cli"],
}
MAY_USE["bench"] = list(MAY_USE)
MAY_USE["tests"] = list(MAY_USE) + ["bench"]

# A project of its own, as `penstock new` writes it.
TEMPLATES = "cli/templates/"

# Headers that a job author's compile reads, and what must never reach it.
PUBLIC = ("api", "connectors")
# Public headers that exist for users of such a library; no other public header may include them.
OPT_IN = "connectors/capnp/"
PRIVATE_LIBRARIES = re.compile(r"(capnp|kj|rocksdb|boost/asio|boost/beast)[/.]|zmq")

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def folder_of(path):
    return path.split("/", 1)[0]


def allowed(user, used):
    """Whether a file at path `user` may include the one at path `used`."""
    own = folder_of(user)
    if folder_of(used) == own:
        return True
    return any(used.startswith(entry + "/") for entry in MAY_USE[own])


class Tree:
    """The sources below a root, by path relative to it."""

    def __init__(self, root):
        self.includes = {}
        for folder in MAY_USE:
            for file in sorted((root / folder).rglob("*")):
                path = file.relative_to(root).as_posix()
                if file.suffix in (".h", ".cc") and not path.startswith(TEMPLATES):
                    text = file.read_text(encoding="utf-8")
                    self.includes[path] = [(path, *found) for found in self._find(text)]

    @staticmethod
    def _find(text):
        for match in INCLUDE.finditer(text):
            yield text.count("\n", 0, match.start(1)) + 1, match[1] == '"', match[2]

    def direct_problems(self):
        for path, includes in self.includes.items():
            for _, line, quoted, used in includes:
                if quoted and folder_of(used) in MAY_USE:
                    if not allowed(path, used):
                        yield f"{path}:{line}: {folder_of(path)}/ may not use {used}"
                elif quoted and f"{path.rsplit('/', 1)[0]}/{used}" in self.includes:
                    yield f'{path}:{line}: write "{used}" from the repository root'

    def public_problems(self):
        for path in self.includes:
            if folder_of(path) in PUBLIC and path.endswith(".h") and not path.startswith(OPT_IN):
                for chain in self._private_chains(path):
                    yield f"{path}: is public, but includes {' -> '.join(chain)}"

    def _private_chains(self, start):
        """The ways from a header to a private library, each as a list of includes."""
        seen, todo = {start}, [(start, [])]
        while todo:
            path, chain = todo.pop()
            for _, _, _, used in self.includes.get(path, []):
                if PRIVATE_LIBRARIES.match(used) or used.endswith(".capnp.h"):
                    yield chain + [used]
                elif used not in seen:
                    seen.add(used)
                    todo.append((used, chain + [used]))


def problems(root):
    tree = Tree(root)
    return [*tree.direct_problems(), *tree.public_problems()]


def main():
    default = pathlib.Path(__file__).resolve().parents[2]
    found = problems(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else default)
    for problem in found:
        print(problem)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
