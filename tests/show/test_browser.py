"""A report opened in headless Chromium: nothing is blocked, the script runs, and a mark of the time axis leads there."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from analyzer.show import to_html
from tests.make_report import catalog, report

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-logging=stderr",
    "--virtual-time-budget=3000",
]
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")]


def opened(folder: Path, html: str, fragment: str = "", *flags: str) -> tuple[str, str]:
    """The page's elements after loading, and what the browser's console said."""
    page = folder / "page.html"
    page.write_text(html, encoding="utf-8")
    command = [str(CHROMIUM), *FLAGS, *flags, f"--user-data-dir={folder / 'profile'}", "--dump-dom", page.as_uri() + fragment]
    done = subprocess.run(command, capture_output=True, text=True, timeout=90, check=True)
    return done.stdout, "\n".join(line for line in done.stderr.splitlines() if "CONSOLE" in line)


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_nothing_is_blocked_and_the_script_runs(tmp_path: Path, lang: str) -> None:
    dom, console = opened(tmp_path, to_html(report(), catalog=catalog(), lang=lang))
    assert console == ""
    assert '<button type="button" class="theme">' in dom
    assert len(re.findall(r"<script", dom)) == 1


def test_a_time_in_the_address_moves_every_lane(tmp_path: Path) -> None:
    dom, console = opened(tmp_path, to_html(report(), catalog=catalog()), "#t=6.2")
    assert console == ""
    assert "<output>0:06.2</output>" in dom
    heads = re.findall(r'class="head" x1="([\d.]+)%"', dom)
    assert len(heads) > 9 and set(heads) == {"50"}
    assert re.search(r'class="board still"[^>]*>\s*<use href="#still-5"', dom)


def test_a_click_on_a_mark_goes_there(tmp_path: Path) -> None:
    """The click is made by a second script, which the page's policy would block: it is put into the page's own."""
    html = to_html(report(), catalog=catalog())
    script = re.search(r"<script>(.*)</script>", html, re.S)
    assert script is not None
    from analyzer.show.page import hash_of

    clicking = (
        script[1]
        + "\ndocument.querySelector('.lane.shots a:nth-of-type(2)').dispatchEvent(new MouseEvent('click', {bubbles: true}));"
    )
    dom, console = opened(
        tmp_path, html.replace(script[1], clicking).replace(hash_of(script[1])[1:-1], hash_of(clicking)[1:-1])
    )
    assert console == ""
    assert "<output>0:02.6</output>" in dom


def test_a_missing_clip_leaves_the_pictures(tmp_path: Path) -> None:
    dom, _ = opened(tmp_path, to_html(report(), catalog=catalog(), media_src="absent.mp4"))
    assert re.search(r"<video[^>]* hidden", dom)
    assert '<label class="open">' in dom


def test_a_phone_needs_no_sideways_scrolling(tmp_path: Path) -> None:
    (tmp_path / "inner.html").write_text(to_html(report(), catalog=catalog()), encoding="utf-8")
    outer = (
        "<body><iframe src='inner.html' width='390' height='900' frameborder='0'></iframe><script>"
        "onload = () => { const d = frames[0].document.documentElement;"
        " document.title = `${d.clientWidth} ${d.scrollWidth}`; }</script></body>"
    )
    dom, _ = opened(tmp_path, outer, "", "--allow-file-access-from-files", "--disable-web-security")
    width, needed = re.search(r"<title>(\d+) (\d+)</title>", dom).groups()  # type: ignore[union-attr]
    assert int(needed) <= int(width) <= 390
