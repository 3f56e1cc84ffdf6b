"""The commands audit, brand learn and compare, run as a person does, on real files."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import pytest
from typer.testing import CliRunner

from analyzer.cli.app import app
from analyzer.collection import gather
from tests.collection.sets import Painted, folder_of, report, scene
from tests.collection.test_audit import NAMES, paint

RUNNER = CliRunner()


@pytest.fixture
def posts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of green posts and a red one, analysed without being decoded."""
    monkeypatch.setattr(gather, "analyzer_for_sets", lambda use_cache=True: Painted(paint))
    return folder_of(tmp_path / "posts", NAMES)


def run(*arguments: object) -> tuple[int, str, str]:
    result = RUNNER.invoke(app, [str(argument) for argument in arguments])
    return result.exit_code, result.stdout, result.stderr


def test_an_audit_leaves_a_page_with_pictures_and_reports_beside_it(posts: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    code, said, _ = run("audit", posts, "--out", out)
    assert code == 1 and "1 of 12 assets stand out" in said and "post-07.jpg" in said
    assert len(list((out / "thumbs").iterdir())) == 12 and len(list((out / "reports").glob("*.html"))) == 12
    assert json.loads((out / "audit.json").read_text())["members"][0]["key"] == "post-07.jpg"
    assert (out / "audit.csv").read_text().startswith("path,") and "post-07.jpg" in (out / "audit.html").read_text()


def test_formats_are_printed_and_nothing_else(posts: Path, tmp_path: Path) -> None:
    assert json.loads(run("audit", posts, "--out", tmp_path / "out", "--no-reports", "-f", "json")[1])["folder"] == "posts"
    assert run("audit", posts, "--out", tmp_path / "out", "--no-reports", "-f", "csv")[1].count("\n") == 13
    assert not (tmp_path / "out" / "reports").exists()


def test_a_kit_is_learnt_and_used_and_never_written_over(posts: Path, tmp_path: Path) -> None:
    kit = tmp_path / "brand.toml"
    assert run("brand", "learn", posts, "--out", kit)[0] == 0
    code, said, _ = run("audit", posts, "--brand", kit, "--out", tmp_path / "out")
    assert code == 1 and "against the brand kit posts" in said
    code, _, error = run("brand", "learn", posts, "--out", kit)
    assert code == 2 and "there already" in error


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("audit", "{posts}/none"), "There is no folder"),
        (("audit", "{posts}", "--brand", "none.toml"), "cannot be opened"),
        (("audit", "{posts}", "--format", "xml"), "xml is none of"),
        (("audit", "{posts}", "--lang", "de"), "de is none of"),
        (("compare", "{posts}/none.json", "{posts}/none.json"), "cannot be opened"),
    ],
)
def test_a_request_that_makes_no_sense_gets_one_sentence(posts: Path, arguments: tuple[str, ...], said: str) -> None:
    code, _, error = run(*(argument.format(posts=posts) for argument in arguments))
    assert code == 2 and said in error and "Traceback" not in error


def test_two_stored_reports_are_compared_without_media(tmp_path: Path) -> None:
    for name, number in (("a", 1), ("b", 2)):
        (tmp_path / f"{name}.json").write_text(report(scene(number), id=name * 64).to_json(), encoding="utf-8")
    code, said, _ = run("compare", tmp_path / "a.json", tmp_path / "b.json", "--html", tmp_path / "page.html")
    assert code in (0, 1) and "measurements are alike" in said and (tmp_path / "page.html").is_file()
    assert run("compare", tmp_path / "a.json", tmp_path / "a.json")[1].count("byte for byte") == 1


@pytest.mark.slow
def test_real_photographs_are_audited_and_a_copy_is_found(tmp_path: Path, test_data: Path) -> None:
    posts = tmp_path / "posts"
    posts.mkdir()
    for file in sorted((test_data / "images" / "coco").glob("*.jpg"))[:9]:
        cv2.imwrite(str(posts / file.name), cv2.imread(str(file)))
    first = sorted(posts.iterdir())[0]
    cv2.imwrite(str(posts / "again.jpg"), cv2.imread(str(first))[20:-20, 20:-30], [cv2.IMWRITE_JPEG_QUALITY, 60])
    (posts / "broken.jpg").write_bytes(b"\xff\xd8 broken")
    code, _, _ = run("audit", posts, "--out", tmp_path / "out", "--no-reports", "-q")
    found = json.loads((tmp_path / "out" / "audit.json").read_text())
    assert code in (0, 1) and len(found["members"]) == 10
    assert [group["members"] for group in found["duplicates"]] == [sorted(["again.jpg", first.name])]
    assert [unread["key"] for unread in found["unread"]] == ["broken.jpg"]
