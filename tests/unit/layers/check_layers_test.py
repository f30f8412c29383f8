"""Tests of scripts/lib/check_layers.py."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "scripts/lib"))
import check_layers


def problems(files):
    """What the check says about a tree of the given files (path -> text)."""
    with tempfile.TemporaryDirectory() as directory:
        root = pathlib.Path(directory)
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
        return check_layers.problems(root)


class CheckLayersTest(unittest.TestCase):
    def test_when_includes_follow_the_table_then_nothing_is_found(self):
        self.assertEqual([], problems({
            "worker/a.cc": '#include "api/runtime/task.h"\n#include "common/status.h"\n',
            "tests/unit/a_test.cc": '#include "coordinator/b.h"\n',
            "api/stream.h": "#include <boost/pfr.hpp>\n",
        }))

    def test_when_a_folder_uses_a_forbidden_one_then_file_and_line_are_named(self):
        self.assertEqual(["coordinator/a.cc:2: coordinator/ may not use worker/b.h"],
                         problems({"coordinator/a.cc": '\n#include "worker/b.h"\n'}))

    def test_when_only_part_of_a_folder_is_open_then_the_rest_is_refused(self):
        self.assertEqual(["worker/a.h:1: worker/ may not use api/stream.h"],
                         problems({"worker/a.h": '#include "api/stream.h"'}))

    def test_when_a_product_folder_uses_tests_then_it_is_refused(self):
        self.assertEqual(1, len(problems({"common/a.h": '#include "tests/support/b.h"'})))

    def test_when_a_sibling_is_included_by_its_bare_name_then_it_is_refused(self):
        self.assertEqual(['graph/a.cc:1: write "a.h" from the repository root'],
                         problems({"graph/a.cc": '#include "a.h"', "graph/a.h": ""}))

    def test_when_a_public_header_reaches_a_private_library_then_the_way_is_shown(self):
        self.assertEqual(
            ["api/a.h: is public, but includes common/b.h -> rocksdb/db.h"],
            problems({"api/a.h": '#include "common/b.h"', "common/b.h": "#include <rocksdb/db.h>"}))

    def test_when_a_header_exists_for_users_of_a_library_then_only_it_may_include_that(self):
        opt_in = {"connectors/capnp/a.h": "#include <capnp/message.h>"}
        self.assertEqual([], problems(opt_in))
        self.assertEqual(1, len(problems({
            **opt_in, "connectors/file/b.h": '#include "connectors/capnp/a.h"'})))


if __name__ == "__main__":
    unittest.main()
