"""The terminal: plain words in any alphabet and width, no control sequence from the asset, colour only where it is wanted."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from analyzer.nouns.report import Report
from analyzer.show import print_terminal, to_csv, to_github, to_markdown, to_srt, to_vtt
from analyzer.show.plain_text import encodable, escaped_json, one_line, printable, visible
from tests.make_report import report


def printed(made: Report, encoding: str = "utf-8", width: int = 80, lang: str = "en", **console: object) -> str:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="")
    print_terminal(made, Console(file=stream, width=width, **console), written=[Path("out/clip.report.html")], lang=lang)  # type: ignore[arg-type]
    stream.flush()
    return stream.buffer.getvalue().decode(encoding)  # type: ignore[attr-defined,no-any-return]


def test_it_says_what_to_fix_where_and_what_is_not_known() -> None:
    text = " ".join(printed(report(texts=())).split())
    assert text.startswith(
        "Fix before upload: spring-launch-v3.mp4 TikTok, organic · Failed: 3 · Warning: 3 · Passed: 3 · Not judged: 1"
    )
    assert "Worst at 0:00.1–0:02.8 “3 mistakes everyone makes”." in text
    assert (
        "Warning, borderline: Text stays long enough to be read Show it longer. Measured: 35.7 % · Limit: At least 100 % "
        "Borderline: 35.7 % was measured, the limit is 50 %, and the measurement may be off by 15 points. "
        "Where: 0:02.6–0:03.1 “Été déjà vu, à 19 €” Advice · Source: Project choice" in text
    )
    assert "Advice · Source: w3.org (2026-10-31)" in text
    assert "Passed, but borderline ~ The sound is level: Borderline: −1.2 dBTP was measured" in text
    assert "? Sentiment: No engine for sentiment is on this machine. Install it with: pip install vaderSentiment" in text
    assert "Written: out/clip.report.html" in text


@pytest.mark.parametrize("width", [40, 80, 200])
def test_it_fits_the_width(width: int) -> None:
    assert max(len(line) for line in printed(report(), width=width).splitlines()) <= width


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_an_ascii_terminal_gets_ascii(lang: str) -> None:
    assert "Ete deja vu" in printed(report(), encoding="ascii", lang=lang)


def test_the_asset_sends_no_control_sequence() -> None:
    text = printed(report())
    assert all(char.isprintable() or char == "\n" for char in text)
    assert "<U+001B>[31mred" in printed(report(texts=("\x1b[31mred",)))


def test_colour_is_a_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b[" in printed(report(texts=()), force_terminal=True, color_system="standard")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[3" not in printed(report(texts=()), force_terminal=True, color_system="standard")


def test_markup_of_the_asset_is_text() -> None:
    assert "[red]x[/red]" in printed(report(texts=("[red]x[/red]",)))


def test_hidden_characters() -> None:
    assert visible("a\u202eb\x1bc\u200b") == "a<U+202E>b<U+001B>c<U+200B>"
    assert visible("👩\u200d🍳 ok\n") == "👩\u200d🍳 ok\n"
    assert visible("\ud800") == "<U+D800>"
    assert one_line("a\n b\tc", 4) == "a b…"
    assert encodable("≥ 3 – “ça”", "ascii") == '>= 3 - "ca"'
    assert encodable("“ça”", "utf-8") == "“ça”"
    assert printable("  a\r\nb\tc\rd\x1b") == "  a b c<U+000D>d<U+001B>"


def test_json_for_a_terminal_has_the_same_values_and_no_control() -> None:
    value = {"a": "\x9b31m\x7f\u202e\U000e0041\ud800 é漢 \n"}
    for encoding in ("utf-8", "ascii", "latin-1"):
        safe = escaped_json(json.dumps(value, ensure_ascii=False), encoding)
        assert json.loads(safe) == value and safe.encode(encoding)
        assert safe.isprintable()


@pytest.mark.parametrize("form", [to_csv, to_github, to_markdown, to_srt, to_vtt])
def test_no_format_steers_a_terminal(form: Callable[[Report], str]) -> None:
    made = report(texts=("\x1b[31mred\x9b31m\x07\u202eabc\x08",))
    made = made.model_copy(update={"asset": made.asset.model_copy(update={"name": "\x1b]0;x\x07\r\u202e.mp4"})})
    assert not [char for char in form(made) if char not in "\r\n\t\u200d\u00a0\u202f" and not char.isprintable()]
