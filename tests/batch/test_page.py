"""The page: hostile names stay data, sentences are the reader's, and 5,000 rows open in a browser with nothing blocked."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from analyzer.batch import page as page_module
from analyzer.batch.page import embedded, row_of, write_page
from analyzer.show.i18n import locale_of
from tests import make
from tests.batch.made import BAD, HOSTILE, fill, record

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def test_the_page_holds_hostile_names_as_data(tmp_path: Path) -> None:
    store = fill(tmp_path, [record(0), record(1), record(2, name=HOSTILE, platform=HOSTILE, **BAD)])
    page = write_page(store).read_text(encoding="utf-8")
    store.__exit__()
    assert page.count("<script") == 2 and page.count("</script>") == 2 and "<img src=x" not in page
    rows = json.loads(re.search(r'id="rows">(.*?)</script>', page, re.S)[1])  # type: ignore[index]
    assert len(rows) == 3 and rows[2][0].startswith("</script>") and "\u202e" not in rows[2][0]
    policy = html.unescape(re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1])  # type: ignore[index]
    assert policy.startswith("default-src 'none';") and "unsafe" not in policy


def test_a_row_is_in_the_readers_language() -> None:
    row = row_of(record(0, asset=make.asset(duration_s=6.5).model_dump()), locale_of("fr"))
    assert "0:06,5" in row[5] and json.loads(embedded(row)) == row


def test_the_page_says_what_was_not_measured_and_how_often_a_check_found_something(tmp_path: Path) -> None:
    reason = {"code": "signal_unavailable", "sentence": {"text": "x"}}
    store = fill(tmp_path, [record(0), record(3, status="partial", reason=reason, platform="x"), record(4)])
    page = write_page(store).read_text(encoding="utf-8")
    store.__exit__()
    assert "Partial reports: 1." in page and "Speech (3)" in page
    assert '<option value="text-size">Text is large enough (2)</option>' in page
    assert '<option value="tiktok">tiktok (2)</option>' in page and '<option value="x">x (1)</option>' in page
    rows = json.loads(re.search(r'id="rows">(.*?)</script>', page, re.S)[1])  # type: ignore[index]
    assert [row[-1] for row in rows] == [False, True, False]
    script = (Path(page_module.__file__).parents[1] / "show" / "templates" / "batch.js").read_text(encoding="utf-8")
    assert len(rows[0]) == len(json.loads(re.search(r"ROW = (\[.*?\])", script)[1]))  # type: ignore[index]


def opened(page: Path, folder: Path, *more: str) -> tuple[str, str]:
    """The elements of a page after loading, and what the browser's console said."""
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--virtual-time-budget=4000"]
    command = [str(CHROMIUM), *flags, *more, f"--user-data-dir={folder}", "--dump-dom", page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout, "\n".join(line for line in done.stderr.splitlines() if "CONSOLE" in line)


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_five_thousand_rows_open_in_a_browser_with_nothing_blocked(tmp_path: Path) -> None:
    thumbnail = tmp_path / "out" / "thumbnails" / "a.jpg"
    thumbnail.parent.mkdir(parents=True)
    shutil.copy(Path(__file__).parents[2] / "docs" / "report.png", thumbnail)
    records = [record(number, thumbnail="thumbnails/a.jpg") for number in range(4999)]
    store = fill(tmp_path / "out", [*records, record(4999, name=HOSTILE, platform=HOSTILE, **BAD)])
    page = write_page(store)
    store.__exit__()
    assert page.stat().st_size < 3_000_000
    began = time.monotonic()
    dom, console = opened(page, tmp_path / "profile")
    assert console == "" and "<output>5000 / 5000</output>" in dom
    assert 60 <= dom.count('class="picture"') <= 600
    assert time.monotonic() - began < 60


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_a_phone_needs_no_sideways_scrolling_and_filters_leave_what_was_asked_for(tmp_path: Path) -> None:
    long = record(1, name=f"{'folder/' * 20}{'a-name-without-end' * 10}.mp4", platform="x")
    store = fill(tmp_path / "out", [record(0), long, record(2, name="b.mp4", **BAD)])
    write_page(store)
    store.__exit__()
    outer = tmp_path / "outer.html"
    outer.write_text(
        "<body><iframe src='out/index.html' width='390' height='900' frameborder='0'></iframe><script>"
        "onload = () => { const page = frames[0].document, form = page.querySelector('.filters'), found = [];"
        " const set = (name, value) => { form.reset(); form.elements[name].value = value;"
        " form.dispatchEvent(new Event('input')); found.push(page.querySelectorAll('.grid > li').length); };"
        " set('check', 'text-size'); set('signal', '-speech'); set('platform', 'x'); set('name', 'B.MP4'); set('name', 'none');"
        " form.reset(); form.dispatchEvent(new Event('input'));"
        " const d = page.documentElement; document.title = `${d.clientWidth} ${d.scrollWidth} ${found}`; }</script></body>"
    )
    flags = ("--allow-file-access-from-files", "--disable-web-security")
    dom, _ = opened(outer, tmp_path / "profile", *flags)
    width, needed, found = re.search(r"<title>(\d+) (\d+) ([\d,]+)</title>", dom).groups()  # type: ignore[union-attr]
    assert int(needed) <= int(width) <= 390
    assert found == "1,2,1,1,0"
