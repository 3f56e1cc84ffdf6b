"""The built-in profiles are sound, every rule reads what a signal measures, and broken profiles are refused in words."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from datetime import date
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

import analyzer.measure.signals
from analyzer.judge.profile import CANVAS, check, load_profile, profile_ids
from analyzer.judge.rules import describe
from analyzer.nouns.errors import UsageError

EVIDENCE = {
    "technical.facts", "technical.leaks", "shots.shots", "stillness.black", "stillness.freezes", "stillness.dead_air",
    "stillness.motion", "flash.flashes", "onscreen_text.tracks", "captions.burned_in", "captions.uncovered_speech",
    "speech.speech", "speech.transcript", "sound.silences", "sound.loudness", "faces.faces", "faces.detections",
    "palette.asset", "palette.shots", "sentiment.words", "hook.reasons", "hook.weak_openers", "hook.types", "hook.windows",
    "post_text.parts", "post_text.call_to_action", "speech.fillers", "tone.emotions", "tone.toxicity", "image_safety.unsafe",
}  # fmt: skip

NULLABLE = {
    "technical.audio_codec", "technical.duration_s", "technical.frame_rate", "technical.constant_frame_rate",
    "technical.bit_rate_kbps", "technical.video_bit_rate_kbps", "technical.audio_bit_rate_kbps", "technical.moov_first",
    "technical.keyframe_interval_s", "technical.audio_channels", "technical.audio_sample_rate", "shots.first_cut_s",
    "stillness.first_motion_s", "onscreen_text.first_text_s", "onscreen_text.lowest_contrast",
    "onscreen_text.smallest_height_share", "captions.watermark", "captions.speech_coverage", "captions.median_cps",
    "captions.speed_share", "captions.max_cps", "captions.max_lines", "captions.max_line_chars", "captions.shortest_cue_s",
    "captions.delay_s",
    "captions.muted_understandable", "speech.first_speech_s", "speech.longest_pause_s", "sound.integrated_lufs",
    "sound.range_lu", "sound.true_peak_dbtp", "sound.first_sound_s", "faces.first_face_s", "palette.drift", "hook.types",
    "hook.weak_openers",
}  # fmt: skip


def declared_metrics() -> dict[str, str]:
    modules = iter_modules(analyzer.measure.signals.__path__)
    found = [import_module(f"analyzer.measure.signals.{module.name}").SIGNAL for module in modules]
    return {f"{signal.id}.{name}": metric.unit for signal in found for name, metric in signal.metrics.items()}


def own(tmp_path: Path, rules: str = "", head: str = "", extends: str = "default") -> Path:
    """A profile of one's own, written by hand."""
    path = tmp_path / "house.toml"
    top = f'id = "house"\ntitle = "House"\nextends = "{extends}"\nchecked_on = 2026-11-01\nvariants = ["organic"]\n'
    path.write_text(top + textwrap.dedent(head) + textwrap.dedent(rules), encoding="utf-8")
    return path


RULE = """
[[rules]]
id = "house-length"
title = "Short"
metric = "technical.duration_s"
unit = "s"
at_most = { warn = 20, fail = 30 }
if_none = "not_applicable"
severity = 2
strength = "advice"
why = "House style."
fix = "Cut {value} to {bound}."
sources = ["project"]
"""


def test_there_is_a_profile_for_every_platform() -> None:
    assert profile_ids() == ("default", "facebook", "linkedin", "reels", "shorts", "tiktok", "x", "youtube")


@pytest.mark.parametrize("name", profile_ids())
def test_rules_read_what_signals_measure(name: str) -> None:
    check(load_profile(name), declared_metrics(), EVIDENCE)


@pytest.mark.parametrize("name", profile_ids())
def test_every_limit_says_where_it_comes_from(name: str) -> None:
    profile = load_profile(name)
    assert profile.id == name
    for rule in profile.rules:
        for source in profile.cited(rule):
            assert source.note.startswith("Project choice") if not source.url else source.url.startswith("https://")
            assert date(2026, 10, 1) <= date.fromisoformat(source.checked_on) <= profile.checked_on
        if rule.strength == "hard":
            assert all(source.url for source in profile.cited(rule)), f"{rule.id}: a hard limit is nobody's own choice"


@pytest.mark.parametrize("name", profile_ids())
def test_no_source_is_listed_in_vain(name: str) -> None:
    profile = load_profile(name)
    inherited = set() if name == "default" else set(load_profile("default").sources)
    cited = {source.url for rule in profile.rules for source in profile.cited(rule)}
    cited |= {profile.sources[area.source].url for area in profile.safe_area.values()}
    assert {key for key, source in profile.sources.items() if source.url not in cited} <= inherited


def test_safe_areas_are_those_that_are_published() -> None:
    shorts, reels = load_profile("shorts").safe_area["ad"], load_profile("reels").safe_area["ad"]
    assert (shorts.top, shorts.bottom, shorts.left, shorts.right) == (288, 672, 48, 192)
    assert reels.box.y0 == pytest.approx(0.14, abs=0.001)
    assert reels.box.y1 == pytest.approx(0.65, abs=0.001)
    assert load_profile("tiktok").safe_area["ad"].approximate
    assert CANVAS == (1080, 1920)


def test_own_profile_replaces_adds_and_switches_off(tmp_path: Path) -> None:
    rules = RULE + RULE.replace("house-length", "loudness") + '[[rules]]\nid = "freeze"\noff = true\n'
    profile = load_profile(own(tmp_path, rules))
    by_id = {rule.id: rule for rule in profile.rules}
    assert by_id["loudness"].metric == "technical.duration_s"
    assert by_id["house-length"].bounds.fail == 30
    assert "freeze" not in by_id
    dropped = {rule.id for rule in load_profile("default").rules} - set(by_id)
    assert dropped == {"freeze", "call-to-action"}, "the profile has no ad variant, so rules for ads do not come along"


def test_own_profile_may_extend_a_platform(tmp_path: Path) -> None:
    profile = load_profile(str(own(tmp_path, RULE.replace("house-length", "house"), extends="linkedin")))
    assert {"file-size-least", "text-contrast", "house"} <= {rule.id for rule in profile.rules}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("at_most = { warn = 20, fail = 30 }", "at_most = { warn = 40, fail = 30 }", "contradict"),
        ("at_most = { warn = 20, fail = 30 }", "", "exactly one of"),
        ("at_most = { warn = 20, fail = 30 }", "at_most = {}", "give a bound"),
        ("at_most = { warn = 20, fail = 30 }", "between = { fail = [9, 3] }", "smaller"),
        ("at_most = { warn = 20, fail = 30 }", 'equals = { fail = "20" }', "does not fit the unit s"),
        ('unit = "s"', 'unit = "flag"', "needs a number"),
        ('metric = "technical.duration_s"', 'metric = "duration"', "signal.name"),
        ('metric = "technical.duration_s"', 'each = "shots.shots"\nfield = "colour"', "no item has the field colour"),
        ('metric = "technical.duration_s"', 'each = "shots.shots"', "belong together"),
        ('unit = "s"', 'unit = "s"\nwhen = { role = "caption" }', "neither each nor where"),
        ("severity = 2", "severity = 6", "less than or equal to 5"),
        ("severity = 2", "severity = 2\nweight = 3", "house-length.weight"),
        ("{bound}.", "{limit}.", "{limit} is not known"),
        ("{bound}.", "{bound} {where}.", "neither each nor where"),
        ('"project"]', '"hearsay"]', "hearsay is not listed"),
        ('why = "House style."', 'why = "House style."\nvariants = ["ad"]', "no such variant"),
        ('metric = "technical.duration_s"\nunit = "s"', 'each = "onscreen_text.tracks"\nfield = "unsafe_share"\nunit = "share"',
         "no safe area"),
    ],
)  # fmt: skip
def test_a_broken_rule_is_refused_in_words(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert old in RULE
    with pytest.raises(UsageError, match=words) as caught:
        load_profile(own(tmp_path, RULE.replace(old, new)))
    assert str(caught.value).startswith("Profile ") and str(caught.value).endswith(".")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (RULE + RULE, "given twice"),
        ('[[rules]]\nid = "nothing"\noff = true\n', "must be inherited"),
        ('[[rules]]\nid = "freeze"\noff = true\nseverity = 1\n', "state nothing else"),
        ("[[rules]]\nseverity = 1\n", "each with an id"),
        ("[[rules]\n", "not valid TOML"),
        ("[extra]\n", "extra"),
    ],
)
def test_a_broken_profile_is_refused_in_words(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        load_profile(own(tmp_path, text))


def test_unknown_names_are_answered_with_the_known_ones(tmp_path: Path) -> None:
    for name in ("myspace", "../default", str(tmp_path / "absent.toml")):
        with pytest.raises(UsageError, match=r"Built in are default|cannot be opened"):
            load_profile(name)
    with pytest.raises(UsageError, match="extends myspace"):
        load_profile(own(tmp_path, extends="myspace"))


def test_check_names_what_no_signal_measures() -> None:
    profile = load_profile("default")
    units = {rule.metric: rule.unit for rule in profile.rules if rule.metric}
    metrics = units | {key: "flag" for rule in profile.rules for key in rule.when if "." in key}
    check(profile, metrics, EVIDENCE)
    with pytest.raises(UsageError, match="black-lead: no signal measures stillness.black_lead_s"):
        check(profile, {name: unit for name, unit in metrics.items() if name != "stillness.black_lead_s"})
    with pytest.raises(UsageError, match="black-lead: stillness.black_lead_s is in ms, and the rule says s"):
        check(profile, metrics | {"stillness.black_lead_s": "ms"})
    with pytest.raises(UsageError, match=r"text-contrast: no signal reports onscreen_text\.tracks"):
        check(profile, metrics, EVIDENCE - {"onscreen_text.tracks"})
    with pytest.raises(UsageError, match=r"freeze: there is no signal for stillness\.freezes"):
        check(profile, {name: unit for name, unit in metrics.items() if not name.startswith("stillness.")})


@pytest.mark.parametrize("name", profile_ids())
def test_a_rule_on_a_metric_that_may_be_null_says_what_null_means(name: str) -> None:
    silent = [rule.id for rule in load_profile(name).rules if rule.metric in NULLABLE and rule.if_none is None]
    assert not silent


@pytest.mark.parametrize("name", profile_ids())
def test_description_is_plain_data(name: str) -> None:
    described = json.loads(json.dumps(describe(load_profile(name))))
    assert described["id"] == name and len(described["rules"]) == len(load_profile(name).rules)
    contrast = next(rule for rule in described["rules"] if rule["id"] == "text-contrast")
    assert contrast["bounds"] == "onscreen_text.tracks.contrast: fails unless at least 3:1; warns unless at least 4.5:1"
    assert contrast["sources"][0]["url"].startswith("https://www.w3.org/")


def test_judging_loads_no_numeric_library() -> None:
    heavy = ("numpy", "cv2", "av", "torch", "onnxruntime", "analyzer.measure.signals", "analyzer.nouns.media")
    code = f"import sys, analyzer.judge.rules as r; r.load_profile('x'); print([n for n in {heavy!r} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
