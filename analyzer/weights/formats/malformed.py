"""What is wrong with a file of a model."""

from __future__ import annotations


class Malformed(Exception):
    """A file that no library is given; the text goes on a sentence that begins with the file's name."""
