"""A stored report from a stranger: refused with one sentence, or judged and shown in every format."""

from __future__ import annotations

import io
import json
import string
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from analyzer.collection.compare import compare
from analyzer.judge.rules import judge, load_profile
from analyzer.measure import catalog
from analyzer.nouns.errors import UsageError
from analyzer.nouns.evidence import Message
from analyzer.nouns.report import Report, load_report
from analyzer.show import print_terminal, to_csv, to_github, to_html, to_markdown, to_srt, to_vtt
from analyzer.show.compare_page import compare_lines, to_compare_html
from tests.make_report import report as full_report
from tests.mutations import damaged, damaged_bytes

ROOT = Path(__file__).parents[2]
GOLDEN = json.loads((ROOT / "samples" / "golden.report.json").read_text(encoding="utf-8"))
FULL = json.loads(full_report().to_json())
UNITS = {name: metric.unit for name, metric in catalog.metrics().items()}
RULES = {rule.metric: rule for rule in load_profile("tiktok").rules if rule.metric}


def shown(made: Report) -> Iterator[str]:
    """A report in every format, and beside another."""
    for write in (to_html, to_markdown, to_csv, to_srt, to_vtt, to_github, lambda one: one.to_json()):
        yield write(made)
    yield to_html(made, lang="fr")
    stream = io.StringIO()
    print_terminal(made, Console(file=stream, width=80))
    yield stream.getvalue()


def compared(made: Report) -> None:
    other = judge(Report.from_json(json.dumps(GOLDEN)), "tiktok")
    for pair in ((made, other), (other, made)):
        found = compare(*pair, UNITS, RULES)
        to_compare_html(found, *pair)
        list(compare_lines(found))


def survives(data: bytes, fast: bool = False) -> bool:
    """Whether a report was read; anything but `UsageError` goes through. A page that is too large is refused too."""
    try:
        made = judge(Report.from_json(data), "tiktok")
    except UsageError:
        return False
    for text in shown(made) if not fast else (to_html(made), to_csv(made), to_github(made)):
        assert "\x1b" not in text and "\0" not in text
        text.encode()
    if not fast:
        compared(made)
    return True


def raw(tree: Any) -> bytes:
    return json.dumps(tree).encode()


@pytest.mark.parametrize("base", [GOLDEN, FULL], ids=["golden", "full"])
def test_damaged_reports_are_refused_or_shown(base: dict[str, Any]) -> None:
    read = [survives(raw(damaged(base, seed)), fast=True) for seed in range(20)]
    assert any(read) and not all(read)


def test_damaged_bytes_are_refused_or_shown() -> None:
    for seed in range(60):
        survives(damaged_bytes(raw(GOLDEN), seed), fast=True)


@pytest.mark.slow
@pytest.mark.parametrize("base", [GOLDEN, FULL], ids=["golden", "full"])
def test_many_damaged_reports(base: dict[str, Any]) -> None:
    for seed in range(1000, 1300):
        survives(raw(damaged(base, seed)))


def changed(path: str, value: Any) -> bytes:
    """The golden report with one entry changed, by its dotted place."""
    tree = json.loads(json.dumps(GOLDEN))
    *front, last = path.split(".")
    at = tree
    for key in front:
        at = at[int(key)] if isinstance(at, list) else at[key]
    at[last] = value
    return raw(tree)


@pytest.mark.parametrize("value", ["zz", -1, 1e14, True, None, "#zzzzzz"])
def test_metrics_of_another_type_are_survived(value: object) -> None:
    tree = json.loads(json.dumps(FULL))
    for signal in tree["signals"]:
        signal["metrics"] = dict.fromkeys(signal["metrics"], value)
        if signal["id"] == "hook" and "strength" in signal["metrics"]:
            signal["metrics"]["strength"] = 50
    made = judge(Report.from_json(raw(tree)), "tiktok")
    list(shown(made))
    compared(made)


def test_evidence_of_another_shape_is_survived() -> None:
    for base in (GOLDEN, FULL):
        blocks = {block["kind"]: block for s in (*GOLDEN["signals"], *FULL["signals"]) for block in s["evidence"].values()}
        for shift in (1, 3):
            tree, kinds = json.loads(json.dumps(base)), sorted(blocks)
            for signal in tree["signals"]:
                for key, block in signal["evidence"].items():
                    signal["evidence"][key] = blocks[kinds[(kinds.index(block["kind"]) + shift) % len(kinds)]]
            assert survives(raw(tree))


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        ("asset.duration_s", 1e300, "asset.duration_s is no number"),
        ("asset.duration_s", -4, "asset.duration_s is no time"),
        ("asset.width", 0, "asset.width is no size"),
        ("asset.bytes", 10**40, "asset.bytes is no number"),
        ("schema_version", "9.0", "its version is 9.0"),
        ("notes", [{"text": "{a.__class__}", "params": {"a": 1}}], "notes.0.text has braces"),
        ("notes", [{"text": "{a:>99999999}", "params": {"a": 1}}], "notes.0.text has braces"),
        ("notes", [{"text": "{a}" * 900, "params": {"a": "x" * 9000}}], "notes.0 is a sentence of more than"),
        ("stills", [{"time_s": 0, "width": 9, "height": 9, "jpeg": "R0lGODlh"}], "stills.0.jpeg is no small JPEG"),
        ("signals", GOLDEN["signals"][:1] * 2, "signals has a signal twice"),
        ("stills", [1] * 300_000, "stills.0: Input should be"),
        ("settings", {str(n): 1 for n in range(5000)}, "settings: Dictionary should have at most"),
        ("settings", {"a": [[]]}, "settings.a"),
    ],
)
def test_what_no_report_holds_is_named_with_its_place(path: str, value: Any, place: str) -> None:
    with pytest.raises(UsageError, match=place) as caught:
        Report.from_json(changed(path, value))
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    "data",
    [b"", b"\0" * 100, b"[" * 100_000, b'{"a":' * 100_000, b"NaN", b"1" * 100_000, b"\xff\xfe", b'"\\ud800"', b"[,]" * 900_000],
    ids=["empty", "nul", "lists", "tables", "nan", "digits", "bytes", "surrogate", "values"],
)
def test_what_is_no_report_is_refused_in_little_memory(data: bytes) -> None:
    tracemalloc.start()
    with pytest.raises(UsageError, match="This is not a report"):
        Report.from_json(data)
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("name", ["/dev/zero", "/dev/null", "/"])
def test_what_is_no_file_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="not a regular file|cannot be opened"):
        load_report(Path(name))


def test_a_sentence_reaches_no_attribute_and_no_width() -> None:
    for text in ("{a.__class__}", "{a[0]}", "{a!r}", "{a:>99999999}", "{0}", "{}", "{{a}}", "{a:{b}}"):
        inner = "{1}" if text == "{{a}}" else text.replace("{b}", "2") if text == "{a:{b}}" else text
        assert str(Message(text=text, params={"a": 1, "b": 2})) == inner
    assert str(Message(text="{a:.1f} {a:g} {b:.0%} {c:d}", params={"a": 1.25, "b": 0.5, "c": "x"})) == "1.2 1.25 50% x"
    assert set(string.punctuation) <= set(str(Message(text=string.punctuation, params={"a": 1})))
