#!/usr/bin/env python3
"""Reference for jobs/word_count: prints the expected rows for a text, without any code of the job."""

import argparse
import collections
import re
import sys


def counts(text):
    """Rows (word, count), sorted."""
    words = re.findall("[a-z]+", text.lower())
    return sorted(collections.Counter(words).items())


def csv_text(rows):
    return "word,count\n" + "".join(f"{word},{count}\n" for word, count in rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("input", help="a text file, ASCII")
    arguments = parser.parse_args()
    with open(arguments.input, encoding="ascii") as file:
        sys.stdout.write(csv_text(counts(file.read())))


if __name__ == "__main__":
    main()
