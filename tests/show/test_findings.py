"""What a finding is seen by: lines with the colours compared, captions against speech, the opening as a film strip."""

from __future__ import annotations

import re
from typing import Any

import pytest

from analyzer.measure.signals import hook
from analyzer.nouns.evidence import (
    Cue,
    Cues,
    Moment,
    Moments,
    Span,
    Spans,
    TextTracks,
    Transcript,
    TranscriptSegment,
    Word,
    message,
)
from analyzer.nouns.report import Instance, Report, SignalResult
from analyzer.show import film, to_html
from analyzer.show.film import film_of
from analyzer.show.findings import lines_of, timings_of
from analyzer.show.i18n import locale_of
from analyzer.show.pictures import Stills
from tests.make import asset, box, ok
from tests.make_report import DURATION, catalog, report, still

EN = locale_of("en")


def stills(made: Report) -> Stills:
    return Stills(made, 1_000_000)


def clip(*signals: SignalResult, **fields: Any) -> Report:
    base = {"analyzer_version": "0", "asset": asset(duration_s=DURATION), "complete": True, "signals": signals}
    return Report(**(base | fields))


def test_each_line_is_there_once_with_all_that_is_said_of_it() -> None:
    made = report(texts=())
    (first, second) = lines_of(made, stills(made))
    assert (first.track.text, first.status, [f.verdict.rule for f in first.findings]) == (
        "3 mistakes everyone makes", "fail", ["text-contrast"],
    )  # fmt: skip
    assert (second.track.text, second.status) == ("Été déjà vu, à 19 €", "warn")
    assert first.colours is not None and first.close_up == 0 and second.close_up is None
    assert first.picture is not None and stills(made).all[first.picture.number].time_s == 1.4


def test_a_line_that_no_check_points_at_is_not_there() -> None:
    made = report(texts=(), judgement=None)
    assert lines_of(made, stills(made)) == ()


def test_a_close_up_is_of_its_moment_and_its_place() -> None:
    made = report(texts=())
    (block,) = [b for s in made.signals for b in s.evidence.values() if isinstance(b, TextTracks)]
    track = block.items[0]
    assert track.colours is not None
    assert stills(made).close_up_of(track) == 0
    for change in ({"time_s": 2.8}, {"box": box(0.2, 0.8, 0.8, 0.9)}):
        other = track.model_copy(update={"colours": track.colours.model_copy(update=change)})
        assert stills(made).close_up_of(other) is None
    hostile = made.close_ups[0].model_copy(update={"jpeg": '"/><script>'})
    assert stills(made.model_copy(update={"close_ups": (hostile,)})).close_ups == ()


def captioned(cues: tuple[Cue, ...], speech: tuple[Span, ...], **evidence: Any) -> Report:
    return clip(
        ok("captions", burned_in=Cues(title="x", origin="burned_in", items=cues)),
        ok("speech", speech=Spans(title="x", items=speech), **evidence),
    )


CUE = Cue(start_s=2.0, end_s=4.0, text="hello there", cps=5.5, delay_s=-0.3)
SPOKEN = Span(start_s=2.3, end_s=3.9, label="speech")


def test_a_cue_lies_over_its_speech_on_one_axis() -> None:
    (timing,) = timings_of(captioned((CUE,), (SPOKEN,)), EN)
    ((x, width),) = timing.speech
    assert timing.bar[0] == pytest.approx(100 * 0.4 / 2.8, abs=0.01) and timing.bar[1] == pytest.approx(100 * 2 / 2.8, abs=0.01)
    assert (x, width) == (pytest.approx(100 * 0.7 / 2.8, abs=0.01), pytest.approx(100 * 1.6 / 2.8, abs=0.01))
    assert timing.facts == ("0.3\u202fs before the speech", "5.5\u202fcharacters/s")
    assert timing.label == "Caption: 0:02.0–0:04.0; Speech: 0:02.3–0:03.9"


def test_speech_without_a_caption_and_a_caption_without_speech_are_said_to_be() -> None:
    alone = Span(start_s=6.0, end_s=7.0, label="speech")
    late = Cue(start_s=9.0, end_s=10.0, text="music")
    both = timings_of(captioned((CUE, late), (SPOKEN, alone)), EN)
    assert [(timing.cue is None, timing.start_s) for timing in both] == [(False, 2.0), (True, 6.0), (False, 9.0)]
    assert both[1].label == "No caption; Speech: 0:06.0–0:07.0" and both[2].label == "Caption: 0:09.0–0:10.0; No speech"


def test_the_words_of_the_transcript_stand_beside_the_caption() -> None:
    words = tuple(Word(start_s=at, end_s=at + 0.3, text=text) for at, text in ((1.0, "so"), (2.4, "hello"), (3.0, "their")))
    segments = (
        TranscriptSegment(start_s=1.0, end_s=3.4, text="so hello their", words=words),
        TranscriptSegment(start_s=7.0, end_s=8.0, text="bye"),
    )
    (timing,) = timings_of(captioned((CUE,), (SPOKEN,), transcript=Transcript(title="x", items=segments)), EN)
    assert timing.spoken == "hello their"


def test_without_captions_or_speech_there_is_no_comparison() -> None:
    assert timings_of(captioned((), (SPOKEN,)), EN) == timings_of(captioned((CUE,), ()), EN) == ()
    silences = captioned((CUE,), (Span(start_s=0, end_s=1, label="silence"),))
    assert timings_of(silences, EN) == ()


def opening(*onsets: tuple[str, float | None], duration_s: float = DURATION, times: tuple[float, ...] = (0.0, 0.9, 2.1)) -> Any:
    moments = tuple(Moment(time_s=at, text=message(label)) for label, at in onsets)
    made = clip(
        ok("hook", onsets=Moments(title="x", items=moments)),
        asset=asset(duration_s=duration_s),
        stills=tuple(still(time_s, (9, 9, 9), (18, 32)) for time_s in times),
    )
    return film_of(made, stills(made), EN)


def test_the_strip_shows_what_stands_at_even_times() -> None:
    strip = opening(("First text", 0.5))
    assert [(cell.time_s, cell.still) for cell in strip.cells] == [
        (0.0, 0), (0.5, 0), (1.0, 1), (1.5, 1), (2.0, 1), (2.5, 2), (3.0, 2),
    ]  # fmt: skip
    (onset,) = strip.onsets
    middle = strip.cells[1].x + strip.width / 2
    assert onset.x == pytest.approx(middle, abs=0.02)


def test_an_onset_is_marked_in_order_and_what_comes_late_or_never_has_no_mark() -> None:
    strip = opening(("First face", None), ("First cut", 4.2), ("First text", 0.1))
    assert [(onset.label, onset.x is None) for onset in strip.onsets] == [
        ("First text", False), ("First cut", True), ("First face", True),
    ]  # fmt: skip
    assert strip.label == "Film strip of the first 3 s: First text: 0:00.1; First cut: 0:04.2; First face: none"


def test_a_short_clip_has_a_short_strip() -> None:
    strip = opening(("First text", 0.1), duration_s=1.2)
    assert [cell.time_s for cell in strip.cells] == [0.0, 0.5, 1.0] and strip.seconds == 1.2


def test_without_onsets_or_pictures_there_is_no_strip() -> None:
    assert opening() is None
    assert opening(("First text", 0.1), times=()) is None


def test_the_window_is_that_of_the_hook() -> None:
    assert film.SECONDS == hook.HOOK_S


def page(made: Report, section: str, lang: str = "en") -> str:
    return to_html(made, catalog=catalog(), lang=lang).split(f'id="{section}"')[1].split("</section>")[0]


def test_a_contrast_finding_shows_the_line_and_the_two_colours_in_words_too() -> None:
    for section in ("fix", "text"):
        html = page(report(texts=()), section)
        assert 'aria-label="Letters #BEBEBE, behind them #963C2D: contrast 1.9:1"' in html
        assert 'fill="#BEBEBE"' in html and 'fill="#963C2D"' in html
        assert re.search(r'aria-label="Close-up of “3 mistakes everyone makes”"><use href="#close-up-0"', html)
        assert "a box around “3 mistakes everyone makes”" in html


def test_colours_of_a_forged_report_are_never_painted() -> None:
    made = report(texts=())
    (old,) = [s for s in made.signals if s.id == "onscreen_text"]
    block = old.evidence["tracks"]
    track = block.items[0]  # type: ignore[union-attr]
    evil = track.model_copy(update={"colours": track.colours.model_copy(update={"letters": 'red"/><script>'})})  # type: ignore[union-attr]
    forged = old.model_copy(update={"evidence": {"tracks": block.model_copy(update={"items": (evil,)})}})
    html = to_html(made.model_copy(update={"signals": (forged,)}), catalog=catalog())
    assert "red&#34;" not in html and 'class="pair"' not in html


def test_a_finding_on_the_safe_area_shades_what_the_app_covers() -> None:
    made = report(texts=())
    assert made.judgement is not None
    track = next(b for s in made.signals for b in s.evidence.values() if isinstance(b, TextTracks)).items[0]
    place = Instance(start_s=track.start_s, end_s=track.end_s, box=track.box, text=track.text, value=0.4)
    found = made.judgement.to_fix()[0].model_copy(update={"safe_area": box(0.1, 0.1, 0.9, 0.8), "instances": (place,)})
    judged = made.judgement.model_copy(update={"verdicts": (found,)})
    assert "covered" not in page(made, "fix")
    html = page(made.model_copy(update={"judgement": judged}), "fix")
    assert '<path class="covered"' in html and "what the app covers is shaded" in html


def test_a_borderline_verdict_says_so_on_the_page() -> None:
    made = report(texts=())
    whole, checks = to_html(made, catalog=catalog()), page(made, "checks")
    assert '<b class="num">2</b> of them borderline' in whole
    assert checks.count('<span class="tag dashed">Borderline</span>') == 2
    assert "Borderline: 35.7\u202f% was measured, the limit is 50\u202f%" in checks and "docs/ACCURACY.md" in checks
    narrow = page(made, "narrow")
    assert "The sound is level" in narrow and "Text stays long enough" not in narrow
    assert "Cas limite\u00a0: 35,7\u202f% mesuré" in page(made, "checks", "fr")


def test_every_check_says_hard_or_advice_and_its_source() -> None:
    made = report(texts=())
    assert made.judgement is not None
    checks = page(made, "checks")
    rows = re.findall(r"<tr>\s*<th scope=\"row\">.*?</tr>", checks, re.S)
    assert len(rows) == len(made.judgement.verdicts)
    for row in rows:
        assert re.search(r'class="tag">(Upload is refused|Advice)<', row) and re.search(r"Project choice|w3\.org</a>", row), row
    fixes = page(made, "fix")
    assert fixes.count('class="sources"') == 5 and "2026-10-31" in fixes


def test_the_film_strip_and_the_cues_are_on_the_page() -> None:
    made = report(texts=())
    strip, words = page(made, "hook"), page(made, "words")
    assert 'class="cells"' in strip and strip.count("<use ") == 7
    assert 'aria-label="Film strip of the first 3 s: First text: 0:00.1; First cut: 0:04.2; First face: none"' in strip
    assert words.count('class="cue"') == 1 + 2 and "0.2\u202fs after the speech" in words
