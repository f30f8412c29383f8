#!/usr/bin/env python3
"""docs/getting-started.md as a newcomer pastes it: its blocks of shell in one shell, in a home of their own."""

import os
import re
import shutil
import subprocess
import time
import unittest

from cluster import BUILD, ROOT, free_port
from e2e_case import EndToEndCase

DOCUMENT = ROOT / "docs/getting-started.md"
BLOCK = re.compile(r"(?:<!-- ([^>]*) -->\n\n)?```(sh|text)\n(.*?)```", re.DOTALL)
NOT_RUN = "not run by the test"
SHOWN = "the test waits until the block before prints this"
MARK = "-- end of the block: "
TRAP = f"""trap 'code=$?; echo; echo "{MARK}$code"' EXIT"""


def steps(document):
    """(commands, what they print in the end or None) for each block that is to be run, in order."""
    found = []
    for note, kind, text in BLOCK.findall(document):
        if note.startswith(NOT_RUN):
            continue
        if kind == "sh":
            found.append((text, None))
        elif note == SHOWN:
            found[-1] = (found[-1][0], text)
    return found


class Shell:
    """One bash for all blocks, so that what they set and where they go stays."""

    def __init__(self, directory, environment):
        self.bash = subprocess.Popen(["bash"], cwd=directory, env=environment, text=True, stdin=subprocess.PIPE,
                                     stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def paste(self, commands):
        """Output and exit code; the block ends at its first command that fails."""
        self.bash.stdin.write(f"set -e; {TRAP}\n{commands}\ntrap - EXIT; echo '{MARK}0'\n")
        self.bash.stdin.flush()
        output = []
        for line in self.bash.stdout:
            if line.startswith(MARK):
                return "".join(output), int(line[len(MARK):])
            output.append(line)
        return "".join(output), self.bash.wait()

    def close(self):
        self.bash.stdin.close()
        self.bash.wait(timeout=60)
        self.bash.stdout.close()


def compiler_cache(home):
    """Environment in which cmake compiles through ccache, if there is one: a second run of this test is quick."""
    if not shutil.which("ccache"):
        return {}
    directory = subprocess.run(["ccache", "-k", "cache_dir"], capture_output=True, text=True, check=True).stdout.strip()
    return {"CMAKE_CXX_COMPILER_LAUNCHER": "ccache", "CCACHE_DIR": directory, "CCACHE_BASEDIR": str(home),
            "CCACHE_NOHASHDIR": "1"}


class GettingStartedTest(EndToEndCase):

    def setUp(self):
        self.home = self.new_directory()
        clone = self.home / "clone"
        clone.mkdir()
        (clone / "build").symlink_to(BUILD)
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PENSTOCK_")}
        port = free_port()
        environment |= {
            "HOME": str(self.home), "PENSTOCK_WORKER__MEMORY": "1g", "PENSTOCK_REST__PORT": str(port),
            "PENSTOCK_REST__URL": f"http://127.0.0.1:{port}",
            "PENSTOCK_COORDINATOR__RPC__PORT": str(free_port()),
            **compiler_cache(self.home)}
        self.environment = environment
        self.addCleanup(self.stop_cluster)
        self.shell = Shell(clone, environment)
        self.addCleanup(self.shell.close)

    def stop_cluster(self):
        subprocess.run([BUILD / "bin/penstock", "cluster", "stop"], env=self.environment, capture_output=True,
                       check=False, timeout=60)

    def test_when_the_blocks_are_pasted_then_they_do_what_the_document_says(self):
        blocks = steps(DOCUMENT.read_text())
        self.assertEqual(3, len([shown for _, shown in blocks if shown]))
        for commands, shown in blocks:
            output, code = self.shell.paste(commands)
            self.assertEqual(0, code, f"{commands}\n{output}")
            if shown:
                self.wait_for(commands, output, shown)

    def wait_for(self, commands, output, shown):
        """Repeats a block that only looks, until it shows what the document says."""
        deadline = time.monotonic() + 30
        while output != shown and time.monotonic() < deadline:
            time.sleep(0.2)
            output, _ = self.shell.paste(f"{commands.rstrip()} || true")
        self.assertEqual(shown, output)

    def test_when_a_block_is_not_to_be_run_then_it_is_left_out(self):
        text = f"<!-- {NOT_RUN}: why -->\n\n```sh\nfalse\n```\n```sh\ntrue\n```\n<!-- {SHOWN} -->\n\n```text\nx\n```\n"
        self.assertEqual([("true\n", "x\n")], steps(text))


if __name__ == "__main__":
    unittest.main()
