#!/usr/bin/env python3
"""A job project outside of this tree: installed package, `penstock new`, build, tests, a run on a cluster."""

import os
import re
import shutil
import subprocess
import tempfile
import pathlib
import unittest

from cluster import BUILD, Cluster
from e2e_case import EndToEndCase

PRIVATE = re.compile(r"/(boost/(asio|beast)|capnp|kj|rocksdb|spdlog)/|/zmq")
GOLDEN = """\
2024-05-01T09:00:00Z,/,2,310
2024-05-01T09:00:00Z,/docs,2,95
2024-05-01T09:00:00Z,/pricing,1,240
2024-05-01T09:01:00Z,/,1,100
2024-05-01T09:01:00Z,/docs,2,450
2024-05-01T09:02:00Z,/,1,130
2024-05-01T09:02:00Z,/pricing,1,180
"""


def run(*words, **options):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=300,
                          check=False, **options)


class NewJobTest(EndToEndCase):

    @classmethod
    def setUpClass(cls):
        cls.directory = pathlib.Path(tempfile.mkdtemp(prefix="penstock-new-"))
        cls.addClassCleanup(shutil.rmtree, cls.directory, ignore_errors=True)
        cls.prefix = cls.directory / "prefix"
        installed = run("cmake", "--install", BUILD, "--prefix", cls.prefix)
        if installed.returncode != 0:
            raise AssertionError(installed.stdout + installed.stderr)

    def new(self, *words, penstock=None):
        return run(penstock or self.prefix / "bin/penstock", "new", *words, cwd=self.directory)

    def done(self, *words, **options):
        result = run(*words, **options)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return result

    def test_when_a_job_is_begun_then_it_builds_passes_its_tests_and_runs(self):
        begun = self.assert_done(self.new("page_views"))
        self.assertIn(f"-DCMAKE_PREFIX_PATH={self.prefix}\n", begun.stderr)
        project = self.directory / "page_views"
        self.done("cmake", "-B", "build", f"-DCMAKE_PREFIX_PATH={self.prefix}", cwd=project)
        self.done("cmake", "--build", "build", cwd=project)
        self.assertIn("100% tests passed", self.done("ctest", "--test-dir", "build", cwd=project).stdout)
        self.assert_no_private_header(project / "build")
        self.assert_runs(project)

    def assert_no_private_header(self, build):
        rules = [path.read_text() for path in build.rglob("*.d")]
        self.assertTrue([rule for rule in rules if f"{self.prefix}/include/penstock/penstock.h" in rule])
        for rule in rules:
            self.assertIsNone(PRIVATE.search(rule), rule)
            self.assertNotIn(str(BUILD), rule)

    def assert_runs(self, project):
        with Cluster(workers=1) as cluster:
            # Its arguments have defaults, which belong to the directory that it is submitted from.
            self.assert_done(cluster.run("run", "--config", project / "config.yaml",
                                         project / "build/page_views.so", cwd=project))
        parts = [path.read_text().splitlines() for path in (project / "output").glob("part-*")]
        self.assertEqual({lines[0] for lines in parts}, {"from,page,views,slowest_ms"})
        rows = sorted(row for lines in parts for row in lines[1:])
        self.assertEqual("\n".join(rows) + "\n", GOLDEN)

    def test_when_the_binary_is_in_the_build_tree_then_that_is_the_prefix(self):
        begun = self.assert_done(self.new("in_tree", penstock=BUILD / "bin/penstock"))
        self.assertIn(f"-DCMAKE_PREFIX_PATH={BUILD}\n", begun.stderr)
        project = self.directory / "in_tree"
        self.done("cmake", "-B", "build", f"-DCMAKE_PREFIX_PATH={BUILD}", cwd=project)
        syntax = self.done("cmake", "--build", "build", "--target", "help", cwd=project).stdout
        self.assertIn("in_tree_test", syntax)

    def test_when_the_job_is_for_this_very_machine_then_its_note_names_the_instruction_set(self):
        self.assert_done(self.new("native_job"))
        project = self.directory / "native_job"
        self.done("cmake", "-B", "build", f"-DCMAKE_PREFIX_PATH={self.prefix}", "-DPENSTOCK_MARCH=native",
                  cwd=project)
        flags = (project / "build/CMakeFiles/native_job.dir/flags.make").read_text()
        self.assertIn("-march=native", flags)
        self.assertRegex(flags, r'PENSTOCK_PLUGIN_MARCH=\\"(?!native)[a-z]')

    def test_when_another_compiler_is_named_then_configuring_says_which_is_needed(self):
        self.assert_done(self.new("other_compiler"))
        other = self.directory / "other-c++"
        other.write_text("#!/bin/sh\nexec c++ -D__GNUC__=11 -Wno-builtin-macro-redefined \"$@\"\n")
        other.chmod(0o755)
        result = run("cmake", "-B", "build", f"-DCMAKE_PREFIX_PATH={self.prefix}",
                     f"-DCMAKE_CXX_COMPILER={other}", cwd=self.directory / "other_compiler")
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("loads jobs compiled by GNU 12", result.stderr)

    def test_when_a_directory_is_in_use_then_it_is_left_alone(self):
        used = self.directory / "used"
        used.mkdir()
        (used / "mine.txt").write_text("mine")
        self.assert_refused(self.new("used"), 6, "is not empty", "--dir")
        self.assert_refused(self.new("page", "--dir", used / "mine.txt"), 6, "is a file")
        self.assertEqual(os.listdir(used), ["mine.txt"])

    def test_when_an_empty_directory_is_named_then_the_project_is_there(self):
        empty = self.directory / "some/where"
        empty.mkdir(parents=True)
        self.assert_done(self.new("views", "--dir", empty))
        self.assertTrue((empty / "src/views.cc").exists())
        self.assertNotIn("my_job", "".join(path.read_text() for path in empty.rglob("*.*")))

    def test_when_a_name_does_not_fit_then_nothing_is_written(self):
        self.assert_refused(self.new("Page-Views"), 2, "can't be the name of a job")
        self.assert_refused(self.new("test"), 2, "CMake keeps the name")
        self.assertFalse((self.directory / "Page-Views").exists())


if __name__ == "__main__":
    unittest.main()
