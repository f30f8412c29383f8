#!/usr/bin/env python3
"""What a job's compile reads: the headers of the template's job and of every connector.

usage: public_includes_test.py <compiler> <repository> <build directory>
"""

import pathlib
import re
import subprocess
import sys
import unittest

COMPILER, ROOT, BUILD = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
PRIVATE = re.compile(r"/(boost/(asio|beast|json)|capnp|kj|rocksdb|spdlog|fmt|yaml-cpp|CLI)/|/zmq")
OURS = re.compile(rf"^{re.escape(str(ROOT))}/(wire|checkpoint|worker|coordinator|main|common/http|common/config)/")
# Headers of formats with a library of their own; who includes them has asked for it.
OPTIONAL = re.compile(r"^connectors/capnp/")


def dependencies(source, *options):
    """Every file that the compiler reads for a source."""
    rule = subprocess.run(
        [COMPILER, "-std=c++20", "-M", "-x", "c++", f"-I{ROOT}", f"-I{ROOT}/include",
         f"-I{BUILD}/include", *options, "-"],
        input=source, capture_output=True, text=True, check=True).stdout
    return [str(pathlib.Path(path).resolve()) for path in rule.replace("\\\n", " ").split()[1:] if path != "-"]


class PublicIncludesTest(unittest.TestCase):

    def assert_public(self, files, expected):
        self.assertTrue([file for file in files if file.endswith(expected)], f"{expected} is not among them")
        self.assertEqual([file for file in files if PRIVATE.search(file) or OURS.match(file)], [])

    def test_when_the_template_is_compiled_then_no_private_header_is_read(self):
        job = ROOT / "cli/templates/job/src"
        self.assert_public(dependencies((job / "my_job.cc").read_text(), f"-I{job}"), "api/penstock.h")

    def test_when_any_connector_is_included_then_no_private_header_is_read(self):
        headers = [path.relative_to(ROOT).as_posix() for path in sorted((ROOT / "connectors").rglob("*.h"))]
        includes = [f"#include <penstock/{header}>\n" for header in headers if not OPTIONAL.match(header)]
        self.assert_public(dependencies("".join(includes)), "connectors/file/file_source.h")

    def test_when_the_test_kit_is_included_then_no_private_header_is_read(self):
        self.assert_public(dependencies("#include <penstock/testing.h>\n#include <penstock/penstock.h>\n"),
                           "penstock/testing.h")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
