"""Comments from CSV as people export it, and one clear sentence where there are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.methods.wording import MOST_COMMENTS
from analyzer.nouns.errors import UsageError
from analyzer.read.comments import comments_of


def read(tmp_path: Path, data: str | bytes) -> tuple[str, ...]:
    path = tmp_path / "comments.csv"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return comments_of(path)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("id,author,text\n1,a,Hello\n2,b,\"one, two\nthree\"\n", ("Hello", "one, two\nthree")),
        ("id;Commentaire\r\n1;Très bien, merci\r\n", ("Très bien, merci",)),
        ("id\tcomment_text\tlikes\n1\tNice\t4\n", ("Nice",)),
        ("likes|Comment-Text|text\n1|the one|not this\n", ("the one",)),
        ("sep=;\nid;body\n1;hi\n", ("hi",)),
        ("comment\nGreat, love it\nmeh; no\n", ("Great, love it", "meh; no")),
        ("nice one\nbad, really\n\n  \nok\n", ("nice one", "bad, really", "ok")),
        ("id,text\n1,\n2,yes\n3\n", ("yes",)),
        ("text\n", ()),
    ],
)  # fmt: skip
def test_the_column_is_found(tmp_path: Path, data: str, expected: tuple[str, ...]) -> None:
    assert read(tmp_path, data) == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_the_encoding_is_found(tmp_path: Path, encoding: str) -> None:
    assert read(tmp_path, "id;texte\n1;déjà l’été\n".encode(encoding)) == ("déjà l’été",)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ("user,words\nbob,hi\nann,ho\n", "No column of comments.csv is named like comments: user, words"),
        (b"", "is empty"),
        (b"PK\x03\x04\x14\x00\x06\x00\x08\x00" * 30, "is no text"),
        ('id,text\n1,"' + "x" * 1_100_000, "cannot be read as CSV"),
    ],
)
def test_what_is_wrong_is_one_sentence(tmp_path: Path, data: str | bytes, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        read(tmp_path, data)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nowhere.csv cannot be opened: No such file"):
        comments_of(tmp_path / "nowhere.csv")


def test_no_more_than_the_most_are_read(tmp_path: Path) -> None:
    assert len(read(tmp_path, "text\n" + "hi\n" * (MOST_COMMENTS + 3))) == MOST_COMMENTS
