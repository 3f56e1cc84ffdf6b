"""Results that are remembered: what a key holds, what is kept, and what is measured again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from analyzer import Analyzer
from analyzer.disk.files import unsealed
from analyzer.engines import Engines
from analyzer.measure import catalog, keys
from analyzer.measure.cache import MOST_RESTS, Cache, Entry
from analyzer.nouns.report import Report, SignalResult
from tests.clips import encode, plain

LIGHT = ("technical", "shots", "stillness", "palette", "post_text", "sentiment")


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    frames = [*plain((200, 30, 30), 30, 160, 120), *plain((30, 30, 200), 30, 160, 120)]
    return encode(tmp_path_factory.mktemp("clip") / "clip.mp4", frames)


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Ids of the signals that are really measured."""
    ids: list[str] = []
    run = catalog.run

    def listed(signal: Any, *rest: Any) -> SignalResult:
        ids.append(signal.id)
        return run(signal, *rest)

    monkeypatch.setattr(catalog, "run", listed)
    yield ids


def analyzer(folder: Path, **options: Any) -> Analyzer:
    return Analyzer(remembered=Cache(folder), **({"only": LIGHT} | options))


def without_seconds(report: Report) -> Report:
    return report.model_copy(update={"signals": tuple(s.model_copy(update={"seconds": 0}) for s in report.signals)})


def test_the_second_time_nothing_is_measured_and_the_report_is_the_same(
    clip: Path, tmp_path: Path, measured: list[str]
) -> None:
    first = analyzer(tmp_path).analyze(clip)
    assert set(measured) >= set(LIGHT)
    measured.clear()
    renamed = clip.with_name("other.mp4")
    renamed.write_bytes(clip.read_bytes())
    second = analyzer(tmp_path).analyze(renamed)
    assert measured == [] and second.asset.name == "other.mp4"
    assert second.model_copy(update={"asset": first.asset}) == first


def test_it_measures_what_an_analyzer_without_memory_measures(clip: Path, tmp_path: Path) -> None:
    from analyzer import analyze

    assert without_seconds(analyzer(tmp_path).analyze(clip)) == without_seconds(analyze(clip, only=LIGHT, use_cache=False))


def test_a_changed_engine_costs_only_what_it_feeds(
    clip: Path, tmp_path: Path, measured: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    analyzer(tmp_path).analyze(clip, post_text="Great news, we love it.")
    measured.clear()
    fingerprint = Engines.fingerprint
    monkeypatch.setattr(
        Engines, "fingerprint", lambda self, task: fingerprint(self, task) + ("changed" if task == "sentiment" else "")
    )
    changed = analyzer(tmp_path)
    changed.analyze(clip, post_text="Great news, we love it.")
    feeds = {signal.id for signal in catalog.signals() if "sentiment" in signal.tasks}
    builds_on = {signal.id for signal in catalog.signals() if feeds & {*signal.needs, *signal.uses}}
    assert "sentiment" in measured and set(measured) <= feeds | builds_on and not {"shots", "palette"} & set(measured)


@pytest.mark.parametrize("change", ["bytes", "subtitles", "location", "code"])
def test_what_decides_a_result_is_in_its_key(
    clip: Path, tmp_path: Path, measured: list[str], monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    own = tmp_path / "clip.mp4"
    own.write_bytes(clip.read_bytes())
    analyzer(tmp_path / "cache").analyze(own)
    measured.clear()
    options: dict[str, Any] = {}
    if change == "bytes":
        own.write_bytes(clip.read_bytes() + b"\0")
    elif change == "subtitles":
        (tmp_path / "clip.srt").write_text("1\n00:00:00,000 --> 00:00:01,000\nHello\n")
    elif change == "location":
        options["show_location"] = True
    else:
        monkeypatch.setattr(keys, "code", lambda: "of tomorrow")
    analyzer(tmp_path / "cache", **options).analyze(own)
    assert set(measured) >= set(LIGHT)


def test_a_fault_is_not_remembered_nor_what_was_measured_without_it(
    clip: Path, tmp_path: Path, measured: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = catalog.run

    def broken(signal: Any, *rest: Any) -> SignalResult:
        found = run(signal, *rest)
        if signal.id != "shots":
            return found
        reason = {"code": "exception", "sentence": {"text": "A fault."}}
        return SignalResult.model_validate({"id": signal.id, "title": signal.title, "status": "failed", "reason": reason})

    with monkeypatch.context() as patch:
        patch.setattr(catalog, "run", broken)
        assert not analyzer(tmp_path).analyze(clip).complete
    measured.clear()
    analyzer(tmp_path).analyze(clip)
    builds_on = {signal.id for signal in catalog.signals() if "shots" in {*signal.needs, *signal.uses}} & set(LIGHT)
    assert {"shots", *builds_on} <= set(measured) and "technical" not in measured


def test_a_broken_entry_is_no_entry_and_a_folder_that_cannot_be_written_keeps_none(clip: Path, tmp_path: Path) -> None:
    first = analyzer(tmp_path / "cache").analyze(clip)
    for path in (tmp_path / "cache").rglob("*.json"):
        path.write_bytes(path.read_bytes()[:20])
    assert without_seconds(analyzer(tmp_path / "cache").analyze(clip)) == without_seconds(first)
    (tmp_path / "file").write_bytes(b"")
    assert without_seconds(analyzer(tmp_path / "file").analyze(clip)) == without_seconds(first)


def test_another_post_text_costs_only_what_reads_it(clip: Path, tmp_path: Path, measured: list[str]) -> None:
    analyzer(tmp_path).analyze(clip, post_text="Great news, we love it.")
    measured.clear()
    again = analyzer(tmp_path).analyze(clip, post_text="Sad news, we hate it.")
    assert set(measured) == {"post_text", "sentiment"} and again.metric("sentiment.post_label") == "negative"


def test_what_was_measured_for_one_question_serves_another(clip: Path, tmp_path: Path, measured: list[str]) -> None:
    analyzer(tmp_path).analyze(clip)
    measured.clear()
    few = analyzer(tmp_path, only=["palette"]).analyze(clip)
    technical = few.signal("technical")
    assert measured == [] and few.metric("palette.dominant") and technical is not None and technical.status == "skipped"


def test_entries_that_were_used_longest_ago_make_room(tmp_path: Path) -> None:
    entry = Entry()
    Cache(tmp_path / "one").put("dd" * 32, entry)
    [one] = (tmp_path / "one").glob("*/*")
    kept = Cache(tmp_path, most_bytes=2 * one.stat().st_size)
    for age, name in ((30, "aa" * 32), (20, "bb" * 32)):
        kept.put(name, entry)
        path = next(tmp_path.glob(f"{name[:2]}/*"))
        os.utime(path, (path.stat().st_atime, path.stat().st_mtime - age))
    kept.get("aa" * 32)
    kept.put("cc" * 32, entry)
    assert sorted(path.parent.name for path in tmp_path.glob("??/*")) == ["aa", "cc"]


def test_an_asset_that_is_asked_about_in_many_ways_keeps_the_latest(clip: Path, tmp_path: Path, measured: list[str]) -> None:
    for number in range(MOST_RESTS + 2):
        analyzer(tmp_path, only=["post_text"]).analyze(clip, post_text=f"Post number {number}.")
    [path] = tmp_path.glob("*/*")
    assert len(Entry.model_validate_json(unsealed(path) or b"").rests) == MOST_RESTS
    measured.clear()
    analyzer(tmp_path, only=["post_text"]).analyze(clip, post_text=f"Post number {MOST_RESTS + 1}.")
    assert measured == []


def test_a_flipped_byte_is_measured_again_and_never_served(clip: Path, tmp_path: Path, measured: list[str]) -> None:
    first = analyzer(tmp_path).analyze(clip)
    [path] = tmp_path.glob("??/*")
    whole = path.read_bytes()
    for place in range(5, len(whole), len(whole) // 4):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 2]) + whole[place + 1 :])
        measured.clear()
        again = analyzer(tmp_path).analyze(clip)
        assert set(measured) >= set(LIGHT) and without_seconds(again) == without_seconds(first)


def test_a_folder_full_of_other_files_loses_none(tmp_path: Path) -> None:
    """A person points the cache at a folder of their own."""
    theirs = [tmp_path / name for name in (
        "ab/film.mp4", "ab/notes.part", f"ab/{'0' * 62}.json", "ab/.analyzer-part-x/film", "Clips/film.mp4", "index.sqlite",
    )]  # fmt: skip
    for path in theirs:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"mine")
        os.utime(path, (0, 0))
    kept = Cache(tmp_path, most_bytes=1)
    for letter in "abc":
        kept.put(letter * 64, Entry())
    assert [path.read_bytes() for path in theirs] == [b"mine"] * len(theirs)
    assert not (tmp_path / "aa" / f"{'a' * 62}.json").exists()
