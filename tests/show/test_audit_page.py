"""The page and the table of an audit: everything is there, hostile text stays text, and 2,000 assets stay light."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest

from analyzer.collection.result import Audit, Drift, Duplicates, Finding, Look, MeasureSummary, Member, Unread
from analyzer.nouns.evidence import Swatch, message
from analyzer.show.audit_files import name_of, write_asset
from analyzer.show.audit_page import to_audit_html
from analyzer.show.audit_tables import audit_lines, to_audit_csv
from tests import make
from tests.collection.sets import report, scene
from tests.show.test_browser import CHROMIUM, opened

HOSTILE = "<img src=x onerror=alert(1)>\u202e.jpg"


def member(key: str, distance: float | None = 0.2, **fields: object) -> Member:
    palette = (Swatch(hex="#204060", share=0.6), Swatch(hex="#c0a080", share=0.4))
    asset = make.asset(name=key, kind="image", duration_s=None)
    base = {"asset": asset, "palette": palette, "distance": distance, "place": (0.2, 0.8)}
    return Member(key=key, **(base | fields))  # type: ignore[arg-type]


def audit(*members: Member, **fields: object) -> Audit:
    palette = MeasureSummary(id="palette", title="Palette", why="Why.", unit="EMD, OKLab", measured=9, usual=0.05, edge=0.11)
    base = {"analyzer_version": "0", "folder": "posts", "members": members, "measures": (palette,)}
    return Audit(**(base | fields))  # type: ignore[arg-type]


SENTENCE = message("{bound} of it is {colour}.", bound="57 %", colour="=1+1")
FINDING = Finding(measure="palette", against="set", apart=2.0, sentence=SENTENCE)
DRIFT = Drift(
    measure="palette", first="2026-01-01", turn="2026-02-01", last="2026-03-01", probability=0.001,
    sentence=message("It changed."),
)  # fmt: skip
FULL = audit(
    member(HOSTILE, 2.5, unusual=True, findings=(FINDING,), group=1),
    *(member(f"post-{n}.jpg", 0.1 * n, group=n % 2) for n in range(8)),
    brand="Acme",
    looks=(
        Look(id=0, members=("post-0.jpg", "post-2.jpg"), typical="post-0.jpg", palette=()),
        Look(id=1, members=("post-1.jpg",), typical="post-1.jpg", palette=()),
    ),
    duplicates=(Duplicates(kind="crop", members=("post-1.jpg", "post-2.jpg")),),
    drifts=(DRIFT,),
    unread=(Unread(key="bad.jpg", code="damaged", sentence="The picture is damaged."),),
)  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_page_shows_all_of_it(lang: str) -> None:
    page = to_audit_html(FULL, lang=lang)
    for text in ("Acme", "post-7.jpg", "It changed.", "The picture is damaged.", f"thumbs/{name_of('post-3.jpg')}.jpg"):
        assert text in page
    assert page.count('<li id="a-') == 9 and page.count("<image ") == 9


def test_hostile_names_stay_text() -> None:
    page = to_audit_html(FULL)
    assert "<img src=x" not in page and "\u202e" not in page and "&lt;img src=x" in page
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy is not None and "unsafe" not in policy[1] and policy[1].startswith("default-src &#39;none&#39;")
    assert not re.search(r"\son\w+=|style=", re.sub(r"<(style|script)>.*?</\1>|&lt;.*?&gt;", "", page, flags=re.S))


def test_without_reports_nothing_links_to_them() -> None:
    assert "reports/" in to_audit_html(FULL) and "reports/" not in to_audit_html(FULL, with_reports=False)


def test_a_set_too_small_to_judge_is_said_so_and_not_called_consistent() -> None:
    summary = MeasureSummary(id="palette", title="Palette", why="W.", unit="u", measured=1)
    page = to_audit_html(audit(member("a.jpg", None), measures=(summary,)))
    assert "too few to say what is usual" in page and "none stands out" not in page


def test_two_thousand_assets_make_a_page_below_four_megabytes() -> None:
    page = to_audit_html(audit(*(member(f"folder/post-{n}.jpg", 0.1, findings=(FINDING,)) for n in range(2000))))
    assert len(page.encode()) < 4_000_000 and "<image " not in page and page.count("<circle") == 2000


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_nothing_is_blocked_the_filters_work_and_a_phone_needs_no_sideways_scrolling(tmp_path: Path) -> None:
    page = to_audit_html(FULL)
    dom, console = opened(tmp_path, page)
    assert "Refused" not in console and "<output>9 / 9</output>" in dom and '<form class="filters">' in dom
    (tmp_path / "inner.html").write_text(page, encoding="utf-8")
    outer = (
        "<body><iframe src='inner.html' width='390' height='900' frameborder='0'></iframe><script>"
        "onload = () => { const d = frames[0].document.documentElement;"
        " document.title = `${d.clientWidth} ${d.scrollWidth}`; }</script></body>"
    )
    dom, _ = opened(tmp_path, outer, "", "--allow-file-access-from-files", "--disable-web-security")
    width, needed = re.search(r"<title>(\d+) (\d+)</title>", dom).groups()  # type: ignore[union-attr]
    assert int(needed) <= int(width) <= 390


def test_the_table_has_a_row_an_asset_and_no_formula() -> None:
    table = to_audit_csv(audit(member("=cmd.jpg", findings=(FINDING,), features={"tone": {"mood": 0.5}}), member("b.jpg")))
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [row["path"] for row in rows] == ["'=cmd.jpg", "b.jpg"]
    assert rows[0]["tone.mood"] == "0.5" and rows[1]["tone.mood"] == "" and rows[0]["findings"] == "57 % of it is =1+1."


def test_the_terminal_names_what_stands_out_and_what_cannot_be_read() -> None:
    lines = "\n".join(audit_lines(FULL))
    assert "1 of 9 assets stand out" in lines and "57\u202f% of it" in lines and "Crops: post-1.jpg, post-2.jpg" in lines
    assert "Cannot be analysed: bad.jpg" in lines and "\u202e" not in lines
    assert next(audit_lines(FULL, "fr")) != next(audit_lines(FULL))


def test_files_of_an_asset_have_names_that_are_safe_anywhere(tmp_path: Path) -> None:
    key = "../../etc/<b>.jpg"
    write_asset(tmp_path, key, report(scene(1)))
    written = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file())
    assert written == [f"reports/{name_of(key)}.html", f"reports/{name_of(key)}.json", f"thumbs/{name_of(key)}.jpg"]
    write_asset(tmp_path / "b", key, report(), with_report=False)
    assert not (tmp_path / "b").exists(), "no still, no picture"
