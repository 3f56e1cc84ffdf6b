"""One asset in, one report out: the whole walk on a small clip, the memory of it, and what progress says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analyzer import Analyzer, MediaError, Progress, Report, UsageError, analyze
from tests.clips import encode, plain, tone

LIGHT = ["technical", "shots", "stillness", "flash", "sound", "palette", "post_text"]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    frames = [*plain((200, 30, 30), 45, 180, 320), *plain((30, 30, 200), 45, 180, 320)]
    return encode(path, frames, sound=tone(3.0, level=0.3))


def test_the_whole_walk(clip: Path) -> None:
    report = analyze(clip, only=LIGHT, platform="tiktok")
    assert report.complete and report.judgement is not None and report.judgement.profile == "tiktok"
    assert report.metric("shots.cuts") == 1
    assert report.metric("shots.first_cut_s") == pytest.approx(1.5, abs=0.034)
    assert report.metric("technical.duration_s") == pytest.approx(3.0, abs=0.05)
    assert report.metric("sound.silent") is False
    assert report.signal("faces").status == "skipped" and report.signal("faces").reason.code == "not_requested"  # type: ignore[union-attr]
    assert report.stills and len({still.time_s for still in report.stills}) == len(report.stills)
    assert Report.from_json(report.to_json()) == report


def test_the_same_input_gives_the_same_report(clip: Path) -> None:
    def without_seconds(report: Report) -> Report:
        return report.model_copy(update={"signals": tuple(s.model_copy(update={"seconds": 0}) for s in report.signals)})

    first, second = (analyze(clip, only=LIGHT, use_cache=False) for _ in range(2))
    assert without_seconds(first) == without_seconds(second)


def test_a_second_run_reads_nothing(clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANALYZER_CACHE_DIR", str(tmp_path / "cache"))
    first = analyze(clip, only=LIGHT)
    renamed = tmp_path / "other name.mp4"
    renamed.write_bytes(clip.read_bytes())
    monkeypatch.setattr("analyzer.read.decoder.CHILD", "raise SystemExit(1)  # {path!r}")
    again = analyze(renamed, only=LIGHT)
    assert again.signals == first.signals and again.asset.name == "other name.mp4"
    with pytest.raises(Exception, match="decoder gave up"):
        analyze(renamed, only=LIGHT, post_text="other words")


def test_a_broken_memory_is_no_memory(clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANALYZER_CACHE_DIR", str(tmp_path / "cache"))
    analyze(clip, only=["technical"])
    (entry,) = (tmp_path / "cache" / "assets").glob("*/*")
    entry.write_text('{"half": ')
    assert analyze(clip, only=["technical"]).metric("technical.width") == 180


def test_progress_tells_stages(clip: Path) -> None:
    seen: list[Progress] = []
    analyze(clip, only=["shots"], use_cache=False, on_progress=seen.append)
    stages = [progress.stage for progress in seen]
    assert "read" in stages and "shots" in stages and stages.index("read") < stages.index("shots")


def test_unknown_names_are_refused_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no signal 'shot'"):
        Analyzer(only=["shot"])
    with pytest.raises(UsageError):
        analyze(tmp_path / "absent.mp4", platform="friendster")


def test_one_analyzer_serves_many_assets(clip: Path, tmp_path: Path) -> None:
    still = encode(tmp_path / "b.mp4", plain((9, 200, 9), 10, 64, 48))
    analyzer = Analyzer(only=["palette"], use_cache=False)
    colours = [analyzer.analyze(path).metric("palette.dominant") for path in (clip, still, clip)]
    assert colours[0] == colours[2] != colours[1]


def test_stills_are_few_and_small(clip: Path) -> None:
    report = analyze(clip, only=["shots"], use_cache=False)
    assert len(report.stills) <= 44 and max(len(still.jpeg) for still in report.stills) < 60_000
    assert all(max(still.width, still.height) <= 336 for still in report.stills)
    assert np.all(np.diff([still.time_s for still in report.stills]) > 0)


@pytest.mark.slow
def test_every_broken_file_ends_in_a_report_or_a_sentence(test_data: Path) -> None:
    """Hundreds of damaged, odd and hostile files: no crash, no hang, no fault of ours."""
    analyzer = Analyzer(use_cache=False)
    faults, ended = {}, 0
    for path in sorted(path for kind in ("images", "videos") for path in (test_data / "badmedia" / kind).iterdir()):
        try:
            report = analyzer.analyze(path, platform="tiktok")
            failed = {s.id: str(s.reason.sentence) for s in report.signals if s.status == "failed" and s.reason}
        except MediaError as error:
            failed = {"reading": str(error)} if error.code in ("crashed", "stalled", "io", "untrusted") else {}
        ended += 1
        if failed:
            faults[path.name] = failed
    assert ended > 400
    assert faults == {}
