"""Markdown, CSV, subtitles and GitHub's commands: valid, and no text of the asset breaks out of its place."""

from __future__ import annotations

import csv
import io
import re

import pysubs2
import pytest

from analyzer.nouns.evidence import Cue, Cues
from analyzer.nouns.report import Instance, Report, SignalResult, Source
from analyzer.show import to_csv, to_github, to_markdown, to_srt, to_vtt
from analyzer.show.tables import COLUMNS
from tests.make import asset
from tests.make_report import FORMULA, HOSTILE, WORKFLOW, report

WCAG = "https://www.w3.org/TR/WCAG22/#contrast-minimum"


def bare(**fields: object) -> Report:
    return Report(**({"analyzer_version": "0", "asset": asset(), "complete": True, "signals": ()} | fields))


def rows(made: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(to_csv(made))))


def test_csv_has_every_metric_and_item() -> None:
    made, table = report(), rows(report())
    assert tuple(table[0]) == COLUMNS
    assert sum(row["kind"] == "metric" for row in table) == sum(len(signal.metrics) for signal in made.signals)
    kinds = {block.kind for signal in made.signals for block in signal.evidence.values()} - {"embedding"}
    assert kinds <= {row["kind"] for row in table}
    (face,) = [row for row in table if row["kind"] == "tracks"]
    assert (face["start_s"], face["end_s"], face["x1"], face["text"]) == ("0.0", "2.6", "0.7", "face")


def test_csv_keeps_numbers_as_they_are() -> None:
    lufs = next(row for row in rows(report()) if row["name"] == "integrated_lufs")
    assert float(lufs["value"]) == -21.4
    assert {row["value"] for row in rows(report()) if row["name"] == "moov_first"} == {""}


def test_no_cell_is_a_formula() -> None:
    cells = [value for row in rows(report()) for value in row.values()]
    guarded = [cell for cell in cells if cell.startswith("'=")]
    assert f"'{FORMULA}" in guarded
    for cell in cells:
        if cell.lstrip()[:1] in ("=", "+", "-", "@"):
            float(cell)


@pytest.mark.parametrize("write", [to_srt, to_vtt])
def test_subtitles_hold_the_transcript(write: object) -> None:
    read = pysubs2.SSAFile.from_string(write(report()))  # type: ignore[operator]
    assert len(read) == 1 + len(HOSTILE)
    assert (read[0].start, read[0].end, read[0].plaintext) == (400, 3900, "You are burning your coffee.")
    assert [line.start for line in read] == sorted(line.start for line in read)


def test_a_cue_ends_where_it_ends() -> None:
    srt, vtt = to_srt(report()), to_vtt(report())
    assert len(re.findall(r"-->", srt)) == len(re.findall(r"-->", vtt)) == 1 + len(HOSTILE)
    assert "<v Bob>" not in vtt and "<script" not in vtt


def cues(origin: str, words: str) -> SignalResult:
    block = Cues(title="T", origin=origin, items=(Cue(start_s=1.0, end_s=1.0, text=words),))  # type: ignore[arg-type]
    return SignalResult(id=origin, title="T", status="ok", evidence={"c": block})


def test_own_subtitles_come_before_those_in_the_picture() -> None:
    made = bare(signals=(cues("burned_in", "seen"), cues("sidecar", "beside")))
    assert "beside" in to_vtt(made) and "seen" not in to_vtt(made) and "Source: sidecar" in to_vtt(made)
    assert "00:00:01,000 --> 00:00:01,001" in to_srt(made)


def test_no_words_give_an_empty_file() -> None:
    assert to_srt(bare()) == ""
    assert to_vtt(bare()).startswith("WEBVTT\n\nNOTE\n")


def test_github_annotates_each_finding_once() -> None:
    lines = to_github(report()).splitlines()
    commands = [line for line in lines if line.startswith("::")]
    assert [line.split(" ")[0] for line in commands] == ["::error"] * 3 + ["::warning"] * 3 + ["::notice"]
    assert all(re.fullmatch(r"::\w+ file=[^:,]*,title=[^:,]*::.*", line) for line in commands)


def test_github_shows_ten_at_most_and_hostile_text_is_no_command() -> None:
    made = report(texts=(WORKFLOW,))
    assert made.judgement is not None
    first = made.judgement.verdicts[0].model_copy(update={"title": WORKFLOW, "instances": (Instance(text=WORKFLOW),)})
    judged = made.judgement.model_copy(update={"verdicts": (first,) * 30})
    printed = to_github(made.model_copy(update={"judgement": judged}))
    assert len(re.findall(r"^::", printed, re.M)) == 10
    assert "\n::error file=a" not in printed


def test_markdown_shows_text_as_text() -> None:
    for text in HOSTILE:
        printed = to_markdown(report(texts=(text,)))
        assert not re.search(r"(?<!\\)[<`]", printed), text
        assert re.findall(r"(?<!\\)\]\(([^)]*)\)", printed) == [WCAG] and "\u202e" not in printed
        table = [line for line in printed.splitlines() if line.startswith("|")]
        assert len(table) == 2 + 6 and all(len(re.findall(r"(?<!\\)\|", line)) == 6 for line in table)


def test_the_address_of_a_source_ends_no_link_and_no_cell() -> None:
    made = report(texts=())
    assert made.judgement is not None
    fix = made.judgement.to_fix()[0]
    evil = Source(url="https://evil.example/a) | [x](javascript:1) <b>\\", checked_on="2026-11-24")
    verdicts = (fix.model_copy(update={"sources": (evil,)}),)
    printed = to_markdown(made.model_copy(update={"judgement": made.judgement.model_copy(update={"verdicts": verdicts})}))
    (row,) = [line for line in printed.splitlines() if line.startswith("| Failed")]
    assert "[evil.example](https://evil.example/a%29%20%7C%20%5Bx%5D%28javascript:1%29%20%3Cb%3E%5C) 2026-11-24 |" in row


def test_a_borderline_verdict_says_so_in_every_format() -> None:
    made = report(texts=())
    sentence = "Borderline: 35.7 % was measured, the limit is 50 %, and the measurement may be off by 15 points."
    markdown, github = (text.replace("\u202f", " ") for text in (to_markdown(made), to_github(made)))
    assert sentence in markdown and sentence.replace("%", "%25") in github
    assert "### Passed, but borderline" in markdown
    assert "::notice file=spring-launch-v3.mp4,title=The sound is level::" in github
    named = {row["name"]: row["text"] for row in rows(made) if row["kind"] == "verdict"}
    assert named["text-time"].startswith("warn, borderline: ") and named["loudness"].startswith("warn: ")


def test_markdown_in_french() -> None:
    printed = to_markdown(report(texts=()), lang="fr")
    assert printed.startswith("## À corriger avant publication\u00a0: spring") and "12,4\u202fs" in printed


def test_markdown_without_a_judgement() -> None:
    assert to_markdown(bare()) == "## Measured, not judged: clip.mp4\n"
