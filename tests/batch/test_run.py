"""The whole walk on small pictures: one record each whatever they do, resuming, judging anew, sharing, a full disk."""

from __future__ import annotations

import csv
import json
import sys
import threading
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from analyzer.batch.files import StoreError
from analyzer.batch.record import Record
from analyzer.batch.run import Options, State, Summary, run_batch
from analyzer.batch.work import Settings
from analyzer.nouns.errors import UsageError
from analyzer.nouns.report import Report

POISON = "tests.batch.poison"
LIGHT = ("technical", "palette", "post_text")
PROFILE = """
id = "own"
title = "Own"
checked_on = 2026-11-01
variants = ["organic", "ad"]
extends = "default"
"""


def picture(path: Path, seed: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), np.uint8)
    cv2.imwrite(str(path), cv2.resize(noise, (320, 240), interpolation=cv2.INTER_NEAREST))
    return path


def run(folder: Path, source: object = "in", **options: Any) -> tuple[Summary, dict[str, Record]]:
    """The summary of a run, and the records that it made, by name."""
    made: dict[str, Record] = {}

    def keep(state: State) -> None:
        if state.record is not None:
            made[state.record.name] = state.record

    settings = Settings(str(folder / "out"), **({"only": LIGHT} | options.pop("settings", {})))
    summary = run_batch(str(folder / str(source)), settings, Options(**({"workers": 1} | options)), keep)
    return summary, made


@pytest.mark.slow
def test_every_input_has_one_record_that_says_what_became_of_it(tmp_path: Path) -> None:
    wanted = {
        "good-1.png": ("ok", ""), "segfault-1.png": ("crashed", "SIGSEGV"), "exit-1.png": ("crashed", "exit code 7"),
        "hang-1.png": ("timed_out", "No progress"), "freeze-1.png": ("timed_out", "No progress"),
        "raise-1.png": ("failed", "ZeroDivisionError"), "killed-1.png": ("out_of_memory", "memory ran out"),
        "hoard-1.png": ("out_of_memory", "0.9 GB"), "once-1.png": ("ok", ""), "empty.mp4": ("rejected", "empty"),
        "text.mp4": ("rejected", "This is a web page"), "good-2.png": ("ok", ""),
    }  # fmt: skip
    for number, name in enumerate(wanted):
        picture(tmp_path / "in" / name, number) if name.endswith("png") else (tmp_path / "in" / name).write_bytes(b"")
    (tmp_path / "in" / "text.mp4").write_bytes(b"<html>" * 100)
    summary, made = run(tmp_path, entry=POISON, timeout_s=6, memory_gb=0.9)
    assert {name: record.status for name, record in made.items()} == {name: status for name, (status, _) in wanted.items()}
    for name, (status, says) in wanted.items():
        assert says in str(made[name].reason and made[name].reason.sentence)  # type: ignore[union-attr]
        assert (made[name].reason is None) == (status == "ok")
    twice = {name for name, record in made.items() if record.attempts == 2}
    assert twice == {"segfault-1.png", "exit-1.png", "hang-1.png", "freeze-1.png", "killed-1.png", "hoard-1.png", "once-1.png"}
    assert summary.outcome == "unread" and summary.inputs == summary.analysed == len(wanted)
    again, made = run(tmp_path, entry=POISON, timeout_s=6, memory_gb=0.9)
    assert not made and again.statuses == summary.statuses


def test_a_record_leads_to_its_report_page_and_thumbnail(tmp_path: Path) -> None:
    picture(tmp_path / "in" / "shop" / "b <i> & ü.png")
    summary, made = run(tmp_path)
    record = made["shop/b <i> & ü.png"]
    report = Report.from_json((tmp_path / "out" / record.report).read_bytes())
    assert report.asset.name == "b <i> & ü.png" and report.judgement is not None
    assert record.outcome == report.judgement.outcome and record.asset["id"] == report.asset.id
    assert record.metrics["palette.brightness"] == report.metric("palette.brightness")
    assert {finding.rule for finding in record.findings} == {verdict.rule for verdict in report.judgement.to_fix()}
    assert cv2.imread(str(tmp_path / "out" / record.thumbnail)).shape == (180, 240, 3)
    assert "Content report" in (tmp_path / "out" / record.page).read_text()
    assert all(path.is_file() for path in summary.files)
    assert {path.name for path in (tmp_path / "out" / ".runs").iterdir()} == {"starting", "tables"}


@pytest.mark.slow
def test_a_run_goes_on_where_the_last_one_stopped(tmp_path: Path) -> None:
    for number in range(3):
        picture(tmp_path / "in" / f"{number}.png", number)
    first, made = run(tmp_path, limit=2)
    assert len(made) == 2 and first.statuses == {"ok": 2, "pending": 1}
    second, rest = run(tmp_path)
    assert len(rest) == 1 and second.statuses == {"ok": 3} and not made.keys() & rest.keys()
    picture(tmp_path / "in" / "1.png", 77)
    assert list(run(tmp_path)[1]) == ["1.png"]


@pytest.mark.slow
def test_another_profile_judges_without_measuring(tmp_path: Path) -> None:
    """The second run's workers crash when a signal is measured: the picture's cached results are all it may use."""
    (tmp_path / "own.toml").write_text(PROFILE)
    picture(tmp_path / "in" / "a.png")
    _, made = run(tmp_path)
    _, judged = run(tmp_path, settings={"platform": str(tmp_path / "own.toml")}, entry="tests.batch.no_measuring")
    assert judged["a.png"].status == "ok" and judged["a.png"].metrics == made["a.png"].metrics
    assert judged["a.png"].platform.endswith("own.toml")
    _, other = run(tmp_path, settings={"only": ("technical", "flash")}, entry="tests.batch.no_measuring")
    assert other["a.png"].status == "partial" and other["a.png"].signals["technical"] == "ok"


def test_the_columns_of_a_manifest_decide_and_are_carried_through(tmp_path: Path) -> None:
    picture(tmp_path / "in" / "a.png")
    (tmp_path / "list.csv").write_text(
        "path,platform,post_text,brand,team\nin/a.png,x,Launch day #new,Acme,=1+1\n"
        "in/a.png,linkedin,,,\nin/a.png,myspace,,,\nno.png,,,,\n"
    )
    summary, _ = run(tmp_path, "list.csv")
    rows = [json.loads(path.read_bytes()) for path in sorted((tmp_path / "out" / "records").glob("*/*.json"))]
    by_platform = {row["platform"]: row for row in rows}
    assert by_platform["x"]["given"]["team"] == "=1+1" and by_platform["x"]["metrics"]["post_text.hashtags"] == 1
    assert by_platform["linkedin"]["status"] == "ok"
    assert by_platform["myspace"]["status"] == "rejected" and "myspace" in by_platform["myspace"]["reason"]["sentence"]["text"]
    assert by_platform["default"]["reason"]["code"] == "not_found"
    assert summary.inputs == 4 == len(rows)


def test_a_full_disk_stops_the_run_and_not_the_batch(tmp_path: Path) -> None:
    picture(tmp_path / "in" / "a.png")
    picture(tmp_path / "in" / "full.png", 1)
    with pytest.raises(StoreError, match="full"):
        run(tmp_path, entry=POISON)
    summary, made = run(tmp_path)
    assert summary.statuses == {"ok": 2} and "full.png" in made


@pytest.mark.slow
def test_what_failed_is_tried_again_when_that_is_asked_for(tmp_path: Path) -> None:
    for name in ("raise-1.png", "good.png"):
        picture(tmp_path / "in" / name, len(name))
    first, _ = run(tmp_path, entry=POISON)
    assert first.statuses == {"ok": 1, "failed": 1} and first.reasons == {"exception": 1}
    assert not run(tmp_path)[1]
    again, made = run(tmp_path, retry_failed=True)
    assert list(made) == ["raise-1.png"] and again.statuses == {"ok": 2} and again.outcome != "unread"


@pytest.mark.slow
def test_two_runs_in_one_folder_share_the_work(tmp_path: Path) -> None:
    for number in range(12):
        picture(tmp_path / "in" / f"{number}.png", number)
    found: list[tuple[Summary, dict[str, Record]]] = []
    threads = [threading.Thread(target=lambda: found.append(run(tmp_path))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (first, made), (second, rest) = found
    assert not made.keys() & rest.keys() and len(made) + len(rest) == 12 and made and rest
    assert second.statuses == {"ok": 12} and first.statuses["ok"] >= 11
    assert len((tmp_path / "out" / "assets.csv").read_text().splitlines()) == 13
    assert not list((tmp_path / "out" / ".runs").glob("run-*"))


def test_shards_of_one_source_have_folders_of_their_own(tmp_path: Path) -> None:
    for number in range(4):
        picture(tmp_path / "in" / f"{number}.png", number)
    names: list[str] = []
    for number in (1, 2):
        settings = Settings(str(tmp_path / f"out-{number}"), only=("technical",), html=False)
        summary = run_batch(str(tmp_path / "in"), settings, Options(1, shard=(number, 2)))
        with (tmp_path / f"out-{number}" / "assets.csv").open() as file:
            names += [row["path"] for row in csv.DictReader(file)]
        assert summary.analysed + summary.statuses.get("pending", 0) == summary.inputs == 4
    assert sorted(names) == ["0.png", "1.png", "2.png", "3.png"]


@pytest.mark.parametrize(("source", "out", "says"), [("in", "in", "holds the inputs"), ("empty", "out", "nothing to analyse")])
def test_a_folder_that_cannot_be_meant_is_refused(tmp_path: Path, source: str, out: str, says: str) -> None:
    picture(tmp_path / "in" / "a.png")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match=says):
        run_batch(str(tmp_path / source), Settings(str(tmp_path / out)), Options(1))


@pytest.mark.parametrize("settings", [{"platform": "myspace"}, {"only": ("magic",)}, {"variant": "loan"}])
def test_settings_that_make_no_sense_are_refused_before_anything_is_written(tmp_path: Path, settings: dict[str, Any]) -> None:
    picture(tmp_path / "in" / "a.png")
    with pytest.raises(UsageError):
        run(tmp_path, settings=settings)
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_worker_that_is_killed_leaves_nothing_that_it_started(tmp_path: Path) -> None:
    picture(tmp_path / "in" / "orphan.png")
    summary, _ = run(tmp_path, entry=POISON)
    assert summary.statuses == {"out_of_memory": 1}
    state = Path("/proc") / (tmp_path / "in" / "orphan.pid.txt").read_text() / "stat"
    assert not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z"
