"""Words of a command line that are none are refused with the word that was meant."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from analyzer.cli import choices
from analyzer.cli.app import app


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("a.png", "b.png", "r.json"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "in").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("check a.png b.png", "takes one file, and 2 were named"),
        ("check in", "analyzer batch in --out"),
        ("check https://example.com/a.mp4", "Download the file first"),
        ("check file:///a.mp4", "by its path"),
        ("check *.mov", "No file matches *.mov."),
        ("check *.png", "analyzer batch '*.png' --out"),
        ("check -", "analyzer batch -"),
        ("check a.png -p instagram", "Did you mean reels?"),
        ("check a.png -p Twitter", "Did you mean x?"),
        ("check a.png -p tictok", "Did you mean tiktok?"),
        ("check a.png -p myspace", "ends in .toml"),
        ("check a.png --variant paid", "Did you mean ad?"),
        ("check a.png --format html", "file of its own"),
        ("check a.png --format markdown", "Did you mean md?"),
        ("check a.png --lang French", "Did you mean fr?"),
        ("check a.png --device gpu", "Did you mean cuda?"),
        ("check a.png --only palete", "Did you mean palette?"),
        ("check a.png --formt json", "--format"),
        ("chek a.png", "'check'"),
        ("a.png", "analyzer check a.png"),
        ("judge https://example.com/r.json", "Download the file first"),
        ("profiles linked-in", "Did you mean linkedin?"),
        ("batch https://example.com --out o", "Download the file first"),
        ("batch in --out o --progress jsn", "Did you mean json?"),
        ("audit a.png", "analyzer check a.png"),
        ("audit in --format html", "file of its own"),
        ("brand learn a.png", "takes a folder"),
        ("compare in a.png", "is a folder"),
        ("compare a.png a.png --format csv", "text, json"),
        ("models pull lite --yes", "Did you mean light?"),
        ("models list --format yaml", "text, json"),
    ],
)
def test_a_word_that_is_none_gets_a_sentence_of_its_own(folder: Path, words: str, says: str) -> None:
    done = CliRunner().invoke(app, words.split(), catch_exceptions=False)
    assert done.exit_code == 2 and not done.stdout
    assert says in done.stderr and len(done.stderr.splitlines()) == 1


def test_words_are_understood_in_any_case(tmp_path: Path) -> None:
    assert choices.platform(" TikTok") == "tiktok" and choices.platform("Own.toml") == "Own.toml"
    assert choices.signal("On-Screen_Text".replace("On-", "on")) == "onscreen_text"
    assert choices.one_of("--variant", ("organic", "ad"))("AD") == "ad"


def test_a_file_whose_name_looks_like_a_glob_is_a_file(folder: Path) -> None:
    (folder / "a[1].png").write_bytes(b"x")
    assert choices.asset("a[1].png") == Path("a[1].png")
