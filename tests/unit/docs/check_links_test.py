"""Tests of scripts/lib/check_links.py."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "scripts/lib"))
import check_links


def problems(text, **others):
    """What the check says about a document of that text, `dir/a.md`, beside documents such as dir/b.md."""
    with tempfile.TemporaryDirectory() as directory:
        folder = pathlib.Path(directory) / "dir"
        folder.mkdir()
        for name, content in others.items():
            (folder / f"{name}.md").write_text(content, encoding="utf-8")
        (folder / "a.md").write_text(text, encoding="utf-8")
        return list(check_links.problems(folder / "a.md"))


class CheckLinksTest(unittest.TestCase):
    def test_when_a_file_is_missing_then_line_and_target_are_named(self):
        self.assertEqual([(2, "dead link c.md")], problems("[b](b.md)\n[c](c.md)", b=""))

    def test_when_the_target_is_a_folder_or_an_address_then_it_is_fine(self):
        self.assertEqual([], problems("[up](..) [out](https://example.com/#x) [mail](mailto:a@example.com)"))

    def test_when_a_path_is_absolute_then_it_is_refused(self):
        self.assertEqual([(1, "absolute path /tmp")], problems("[a](/tmp)"))

    def test_when_an_anchor_is_a_heading_then_it_is_found_here_and_elsewhere(self):
        self.assertEqual([], problems("# Top\n[top](#top) [b](b.md#the-end-of-it)", b="## The end of it\n"))

    def test_when_an_anchor_is_no_heading_then_it_is_named(self):
        self.assertEqual([(1, "no heading for #nothing"), (2, "no heading for b.md#top")],
                         problems("[x](#nothing)\n[y](b.md#top)", b="# Bottom\n"))

    def test_when_headings_have_marks_then_anchors_are_those_of_github(self):
        anchors = check_links.anchors_of(
            "# What's `numRecords_In`, really?\n## C++ & co.\n### [State](state.md) – *kept*\n"
            "## An _old_ thing\n## Größe\n### Closed ###\nUnderlined\n===\n")
        self.assertEqual({"whats-numrecords_in-really", "c--co", "state--kept", "an-old-thing", "größe", "closed",
                          "underlined"}, anchors)

    def test_when_headings_repeat_then_their_anchors_are_numbered(self):
        self.assertEqual({"usage", "usage-1", "usage-2"},
                         check_links.anchors_of("# Usage\n## Usage\n### Usage\n"))

    def test_when_html_gives_an_id_then_it_is_an_anchor(self):
        self.assertEqual([], problems('<a id="here"></a>\n[x](#here)'))

    def test_when_a_comment_of_a_shell_is_in_a_block_of_code_then_it_is_no_heading(self):
        self.assertEqual([(4, "no heading for #stop-it")], problems("```sh\n# stop it\n```\n[x](#stop-it)"))

    def test_when_a_link_is_in_code_or_a_comment_then_it_is_left_alone(self):
        self.assertEqual([], problems("`[a](b.md)`, ``[a](`b.md)``, `wrapped\n[a](b.md)`\n"
                                      "~~~\n[a](b.md)\n~~~\n<!-- [a](b.md) -->\n`[&][x]`"))

    def test_when_a_reference_is_defined_then_its_definition_is_followed(self):
        self.assertEqual([(3, "dead link c.md")], problems("[here][b] and [B][]\n\n[b]: c.md"))

    def test_when_a_reference_is_not_defined_then_it_is_named(self):
        self.assertEqual([(1, "undefined reference [b]")], problems("[here][b]"))

    def test_when_a_picture_is_missing_then_it_is_found_in_markdown_and_html(self):
        self.assertEqual([(1, "dead link a.png"), (1, "dead link to.md"), (2, "dead link b.png"), (3, "dead link c.png")],
                         problems('[![a](a.png)](to.md)\n<img width="3" src="b.png">\n<source srcset="c.png">'))

    def test_when_a_link_has_a_title_or_escapes_then_its_path_is_meant(self):
        self.assertEqual([], problems('[b](b%20c.md "title") [d](<b.md>)', **{"b c": "", "b": ""}))


if __name__ == "__main__":
    unittest.main()
