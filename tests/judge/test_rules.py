"""One evaluator: each comparison, each state, instances, sentences; and the same report judged for different platforms."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from analyzer.judge.profile import Profile, load_profile
from analyzer.judge.rules import clock, judge, shown, unsafe_share
from analyzer.nouns.errors import UsageError
from analyzer.nouns.evidence import Cue, Cues, Message, Moment, Moments, Span, Spans, TextTracks
from analyzer.nouns.report import Judgement, Reason, Report, SignalResult, Verdict
from tests.make import asset, box, ok, text_track

RULE: dict[str, Any] = {
    "id": "rule", "title": "Title", "metric": "sound.level", "unit": "LUFS", "severity": 3, "strength": "advice",
    "why": "Because.", "fix": "Change {value} to {bound}.", "sources": ["own"],
}  # fmt: skip
SAFE = {"top": 192, "bottom": 192, "left": 108, "right": 108, "approximate": True, "source": "own"}


def profile(*rules: dict[str, Any], **fields: Any) -> Profile:
    return Profile.model_validate(
        {
            "id": "made", "title": "Made", "checked_on": "2026-11-01", "variants": ("organic", "ad"),
            "sources": {"own": {"url": "https://example.org", "checked_on": "2026-11-01", "note": "Note."}}, "rules": rules,
        }
        | fields
    )  # fmt: skip


def report(*signals: SignalResult, **fields: Any) -> Report:
    return Report(analyzer_version="0", asset=asset(**fields), complete=True, signals=signals)


def judged(given: Report, *rules: dict[str, Any], variant: str = "organic", **fields: Any) -> Judgement:
    judgement = judge(given, profile(*rules, **fields), variant).judgement
    assert judgement is not None
    return judgement


def verdict(given: Report, **rule: Any) -> Verdict:
    """The verdict of one rule: `RULE` with changes; a key set to None is left out."""
    (found,) = judged(given, {key: value for key, value in (RULE | rule).items() if value is not None}).verdicts
    return found


@pytest.mark.parametrize(
    ("comparison", "unit", "bounds", "expected"),
    [
        ("at_least", "s", {"warn": 4.5, "fail": 3.0}, {4.5: "pass", 4.4: "warn", 3.0: "warn", 2.9: "fail"}),
        ("at_most", "s", {"warn": 1, "fail": 3}, {1: "pass", 1.2: "warn", 3: "warn", 3.1: "fail"}),
        ("between", "s", {"warn": [3, 90], "fail": [1, 99]}, {3: "pass", 2: "warn", 95: "warn", 0.9: "fail", 100: "fail"}),
        ("equals", "flag", {"fail": True}, {True: "pass", False: "fail"}),
        ("equals", "flag", {"warn": False}, {True: "warn", False: "pass"}),
        ("one_of", "text", {"warn": ["h264"], "fail": ["h264", "hevc"]}, {"h264": "pass", "hevc": "warn", "vp9": "fail"}),
        ("one_of", "text", {"warn": []}, {"TikTok": "warn"}),
        ("at_least", "s", {"fail": 3}, {2.9999999: "pass"}),
    ],
)
def test_comparisons(comparison: str, unit: str, bounds: Any, expected: dict[Any, str]) -> None:
    for value, status in expected.items():
        found = verdict(report(ok("sound", {"level": value})), unit=unit, **{comparison: bounds})
        assert (found.status, found.value) == (status, value)


def test_sentences_hold_what_a_person_reads() -> None:
    found = verdict(report(ok("sound", {"level": 0.42})), unit="share", at_least={"warn": 0.9})
    assert str(found.fix) == "Change 42 % to 90 %."
    assert found.fix == Message(text="Change {value} to {bound}.", params={"value": "42 %", "bound": "90 %"})
    assert str(found.bound) == "At least 90 %"
    assert (found.sources[0].url, found.sources[0].note) == ("https://example.org", "Note.")
    passed = verdict(report(ok("sound", {"level": 0.95})), unit="share", at_least={"warn": 0.9, "fail": 0.5})
    assert passed.fix is None and passed.instances == () and str(passed.bound) == "At least 90 %"


def test_the_bound_that_decided_is_named() -> None:
    bounds = {"warn": 4.5, "fail": 3.0}
    for value, text in {2.0: "At least 3:1", 4.0: "At least 4.5:1"}.items():
        assert str(verdict(report(ok("sound", {"level": value})), unit="ratio", at_least=bounds).bound) == text


@pytest.mark.parametrize("meaning", ["pass", "warn", "fail", "not_applicable"])
def test_null_means_what_the_rule_says(meaning: str) -> None:
    found = verdict(report(ok("sound", {"level": None})), at_most={"fail": 3}, if_none=meaning)
    assert found.status == meaning and found.value is None
    assert (found.fix is not None) == (meaning in ("warn", "fail"))
    assert (found.reason is not None) == (meaning == "not_applicable")


REASON = Reason(code="why", sentence=Message(text="So it is."), remedy=Message(text="Do this."))


@pytest.mark.parametrize(
    ("status", "expected"), [("skipped", "not_applicable"), ("unavailable", "not_judged"), ("failed", "not_judged")]
)
def test_a_signal_that_is_not_ok_is_never_a_finding(status: Any, expected: str) -> None:
    absent = SignalResult(id="sound", title="Sound", status=status, reason=REASON)
    for rule in ({}, {"metric": None, "each": "sound.level", "field": "duration_s", "unit": "s"}):
        found = verdict(report(absent), at_most={"fail": 3}, **rule)
        assert (found.status, found.reason, found.fix) == (expected, REASON, None)


def test_what_was_not_measured_is_not_judged() -> None:
    unmeasured = SignalResult(id="sound", title="Sound", status="ok", unmeasured={"level": REASON})
    assert verdict(report(unmeasured), at_most={"fail": 3}).reason == REASON
    for given in (report(), report(ok("sound", {"peak": 1.0}))):
        found = verdict(given, at_most={"fail": 3})
        assert found.status == "not_judged" and found.reason and found.reason.code == "not_measured"


def test_a_value_of_the_wrong_kind_is_not_judged() -> None:
    for value, unit, comparison in (("loud", "LUFS", "at_most"), (True, "LUFS", "at_most"), (3, "text", "one_of")):
        bound = {"fail": 3} if comparison == "at_most" else {"fail": ["a"]}
        found = verdict(report(ok("sound", {"level": value})), unit=unit, **{comparison: bound})
        assert found.status == "not_judged" and found.reason and found.reason.code == "unfit"


def test_conditions_on_asset_and_metrics() -> None:
    given = report(ok("sound", {"level": 9}), ok("technical", {"aspect_ratio": 0.5625, "rate": None}), has_audio=True)
    for when, expected in (
        ({"kind": "video"}, "fail"),
        ({"kind": "image"}, "not_applicable"),
        ({"has_audio": False}, "not_applicable"),
        ({"technical.aspect_ratio": {"at_most": 1.0}}, "fail"),
        ({"technical.aspect_ratio": {"at_least": 1.0}}, "not_applicable"),
        ({"technical.rate": {"at_least": 1.0}}, "not_applicable"),
        ({"technical.aspect_ratio": [0.5625, 1.0]}, "fail"),
        ({"technical.codec": "h264"}, "not_judged"),
    ):
        found = verdict(given, at_most={"fail": 3}, when=when)
        assert found.status == expected, when
        assert (found.reason is None) == (expected == "fail")


TRACKS = TextTracks(
    title="Text",
    items=(
        text_track("fine", 0, 1, contrast=9.0),
        text_track("worst", 1, 2, contrast=1.4, box=box(0.1, 0.4, 0.6, 0.5)),
        text_track("bad", 3, 4, contrast=2.0, role="headline"),
        text_track("pale", 4, 5, contrast=4.0),
        text_track("sign", 5, 6, contrast=1.0, role="scene_text"),
        text_track("unclear", 6, 7, contrast=None),
    ),
)
CONTRAST = {
    "metric": None, "each": "onscreen_text.tracks", "field": "contrast", "unit": "ratio",
    "when": {"role": ["caption", "headline"]}, "at_least": {"warn": 4.5, "fail": 3.0}, "fix": "Worst at {where}: {value}.",
}  # fmt: skip


def test_each_item_is_judged_and_the_worst_comes_first() -> None:
    found = verdict(report(ok("onscreen_text", {}, tracks=TRACKS)), **CONTRAST)
    assert (found.status, found.value, found.signal, found.metric) == ("fail", 1.4, "onscreen_text", "tracks.contrast")
    assert [instance.text for instance in found.instances] == ["worst", "bad", "pale"]
    assert found.instances[0].box == box(0.1, 0.4, 0.6, 0.5)
    assert (found.instances[0].start_s, found.instances[0].end_s, found.instances[0].value) == (1, 2, 1.4)
    assert str(found.fix) == "Worst at 0:01.0–0:02.0 “worst”; 0:03.0–0:04.0 “bad”; 0:04.0–0:05.0 “pale”: 1.4:1."


def test_at_most_eight_instances() -> None:
    tracks = TextTracks(title="Text", items=tuple(text_track(str(i), i, i + 1, contrast=1 + i / 10) for i in range(12)))
    found = verdict(report(ok("onscreen_text", {}, tracks=tracks)), **CONTRAST)
    assert [instance.text for instance in found.instances] == [str(i) for i in range(8)]


def test_no_item_is_not_applicable_and_unknown_values_are_not_judged() -> None:
    none = TextTracks(title="Text", items=())
    assert verdict(report(ok("onscreen_text", {}, tracks=none)), **CONTRAST).status == "not_applicable"
    assert verdict(report(ok("onscreen_text", {}, tracks=none)), **CONTRAST, if_none="pass").status == "pass"
    unclear = TextTracks(title="Text", items=(text_track("?", contrast=None),))
    found = verdict(report(ok("onscreen_text", {}, tracks=unclear)), **CONTRAST)
    assert found.status == "not_judged" and found.reason is not None


def test_derived_fields() -> None:
    tracks = TextTracks(
        title="Text", items=(text_track("quick", 1, 1.5, needed_s=2.0, box=box(0.0, 0.02, 0.4, 0.06)), text_track("slow"))
    )
    given = report(ok("onscreen_text", {}, tracks=tracks))
    common = {"metric": None, "each": "onscreen_text.tracks", "unit": "share", "at_least": {"fail": 0.9}}
    assert verdict(given, **common, field="shown_share").value == pytest.approx(0.25)
    assert verdict(given, **common, field="height_share").value == pytest.approx(0.04)


def test_keys_of_evidence_may_be_a_pattern() -> None:
    cues = [Cues(title="C", origin="sidecar", items=(Cue(start_s=i, end_s=i + 1, text="t", cps=10.0 * i),)) for i in (1, 3)]
    spans = Spans(title="S", items=(Span(start_s=0, end_s=1),))
    given = report(ok("captions", {}, embedded_1=cues[0], sidecar_1=cues[1], uncovered_speech=spans))
    found = verdict(given, metric=None, each="captions.*", field="cps", unit="cps", at_most={"warn": 20})
    assert (found.status, found.value, len(found.instances)) == ("warn", 30.0, 1)
    bare = verdict(report(ok("captions", {}, uncovered_speech=spans)), metric=None, each="captions.*", field="cps", unit="cps",
                   at_most={"warn": 20}, if_none="not_applicable")  # fmt: skip
    assert bare.status == "not_applicable", "spans have no reading speed: there is nothing to measure"


def test_where_shows_the_places_of_a_metric() -> None:
    black = Spans(title="Black", items=(Span(start_s=0, end_s=1, label="x"), Span(start_s=4, end_s=9, value=0.5)))
    rule = {"metric": "stillness.black_s", "unit": "s", "at_most": {"fail": 1}, "where": "stillness.black"}
    given = report(ok("stillness", {"black_s": 6.0}, black=black))
    found = verdict(given, **rule, fix="At {where}.")
    assert [(instance.start_s, instance.value) for instance in found.instances] == [(4, 0.5), (0, None)]
    assert str(found.fix) == "At 0:04.0–0:09.0; 0:00.0–0:01.0."
    labelled = verdict(given, **rule, when={"label": "x"})
    assert [instance.start_s for instance in labelled.instances] == [0]
    assert verdict(report(ok("stillness", {"black_s": 6.0})), **rule, fix="At {where}.").instances == ()


def test_moments_are_instances_with_their_quote() -> None:
    opener = Moment(time_s=0.4, text=Message(text="A greeting."), sign=-1, quote="Hey guys")
    given = report(ok("hook", {"weak_opener_count": 1}, weak_openers=Moments(title="W", items=(opener,))))
    found = verdict(
        given, metric="hook.weak_opener_count", unit="count", at_most={"warn": 0}, where="hook.weak_openers",
        fix="Cut {where}.",
    )  # fmt: skip
    assert str(found.fix) == "Cut 0:00.4 “Hey guys”."


def test_hostile_text_is_a_parameter_and_never_a_template() -> None:
    tracks = TextTracks(title="Text", items=(text_track("{value.__class__} <b> {0}", contrast=1.0),))
    found = verdict(report(ok("onscreen_text", {}, tracks=tracks)), **CONTRAST)
    assert found.fix is not None and "{value.__class__} <b> {0}" in str(found.fix)


def test_unsafe_share_is_geometry() -> None:
    safe = box(0.1, 0.1, 0.9, 0.9)
    assert unsafe_share(box(0.2, 0.2, 0.8, 0.3), safe) == 0.0
    assert unsafe_share(box(0.2, 0.85, 0.8, 0.95), safe) == pytest.approx(0.5)
    assert unsafe_share(box(0.0, 0.0, 0.05, 0.05), safe) == 1.0
    assert unsafe_share(box(0.2, 0.2, 0.2, 0.3), safe) is None


UNSAFE = RULE | {
    "metric": None, "each": "onscreen_text.tracks", "field": "unsafe_share", "unit": "share", "at_most": {"warn": 0.1},
}  # fmt: skip


def test_safe_area_is_that_of_profile_and_variant() -> None:
    tracks = TextTracks(title="Text", items=(text_track("low", box=box(0.2, 0.85, 0.8, 0.95)),))
    given = report(ok("onscreen_text", {}, tracks=tracks))
    rule = {key: value for key, value in UNSAFE.items() if value is not None}
    areas = {"organic": SAFE | {"bottom": 0}, "ad": SAFE}
    for variant, status in (("organic", "pass"), ("ad", "warn")):
        assert judged(given, rule, variant=variant, safe_area=areas).verdicts[0].status == status
    wide = given.model_copy(update={"asset": asset(width=1920, height=1080)})
    assert judged(wide, rule, variant="ad", safe_area=areas).verdicts[0].status == "not_applicable"


def test_variants_choose_their_rules() -> None:
    rules = [RULE | {"id": "both", "at_most": {"fail": 1}}, RULE | {"id": "paid", "at_most": {"fail": 1}, "variants": ["ad"]}]
    given = report(ok("sound", {"level": 0}))
    assert [v.rule for v in judged(given, *rules).verdicts] == ["both"]
    assert [v.rule for v in judged(given, *rules, variant="ad").verdicts] == ["both", "paid"]
    with pytest.raises(UsageError, match="has no variant ad; it has organic"):
        judge(given, profile(rules[0], variants=("organic",)), "ad")


def test_outcome_and_order_of_fixes() -> None:
    rules = [
        RULE | {"id": "advice", "at_most": {"fail": 1}, "severity": 5},
        RULE | {"id": "hard", "at_most": {"fail": 1}, "strength": "hard", "severity": 4},
        RULE | {"id": "soft", "at_most": {"warn": 1}, "severity": 5},
    ]
    judgement = judged(report(ok("sound", {"level": 2})), *rules)
    assert judgement.outcome == "fail"
    assert [verdict.rule for verdict in judgement.to_fix()] == ["hard", "advice", "soft"]


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (None, "s", "–"), (True, "flag", "yes"), (0.5, "share", "50 %"), (300_000_000, "bytes", "300 MB"),
        (900, "bytes", "900 B"),
        (4.5, "ratio", "4.5:1"), (29.97, "fps", "30 fps"), (-14.2, "LUFS", "-14.2 LUFS"), (2200, "count", "2200"),
        ((3, 90), "s", "3 s – 90 s"), (("mp4", "mov"), "text", "mp4, mov"), (48000, "Hz", "48000 Hz"), ("h264", "text", "h264"),
    ],
)  # fmt: skip
def test_values_as_people_read_them(value: Any, unit: str, text: str) -> None:
    assert shown(value, unit) == text


def test_clock() -> None:
    assert [clock(seconds) for seconds in (0, 3.24, 59.96, 61, 3600)] == ["0:00.0", "0:03.2", "1:00.0", "1:01.0", "60:00.0"]


def clip(**changes: Any) -> Report:
    """A clip that TikTok and LinkedIn see differently: 65 s, upright, no captions, a caption line near the bottom."""
    technical = {
        "container": "mp4", "video_codec": "h264", "audio_codec": "aac", "width": 1080, "height": 1920,
        "aspect_ratio": 0.5625, "duration_s": 65.0, "frame_rate": 30.0, "bytes": 20_000_000, "has_audio": True,
        "moov_first": True, "edit_list": False, "has_location": False, "leaks": 0, "decode_errors": 0, "chroma": "4:2:0",
    } | changes  # fmt: skip
    tracks = TextTracks(title="T", items=(text_track("Swipe up", box=box(0.3, 0.9, 0.7, 0.94)),))
    return report(
        ok("technical", technical), ok("captions", {"captioned": False, "watermark": None}),
        ok("speech", {"has_speech": True, "first_speech_s": 0.4}), ok("onscreen_text", {}, tracks=tracks),
        ok("flash", {"general_fails": True, "red_fails": False, "extended_fails": False}),
        duration_s=65.0, has_audio=True, audio_codec="aac",
    )  # fmt: skip


def statuses(given: Report, platform: str, variant: str = "organic") -> dict[str, str]:
    judgement = judge(given, platform, variant).judgement
    assert judgement is not None
    return {verdict.rule: verdict.status for verdict in judgement.verdicts}


def test_platforms_judge_the_same_report_differently() -> None:
    tiktok, linkedin, reels = (statuses(clip(), name) for name in ("tiktok", "linkedin", "reels"))
    assert tiktok["captions"] == "warn" and linkedin["captions"] == "fail"
    assert tiktok["safe-area"] == "warn" and "safe-area" not in linkedin
    assert tiktok["flashes"] == "fail" and tiktok["flashes-red"] == "pass"
    assert reels["fast-start"] == "pass" and statuses(clip(moov_first=False), "reels")["fast-start"] == "fail"
    assert statuses(clip(), "reels", "ad")["safe-area-ad"] == "fail"
    assert statuses(clip(), "shorts")["duration"] == "pass" and statuses(clip(duration_s=181), "shorts")["duration"] == "fail"
    assert statuses(clip(duration_s=200.0), "tiktok")["duration"] == "warn"
    assert tiktok["post-length"] == "not_judged"


def test_location_fails_everywhere() -> None:
    for name in ("default", "tiktok", "linkedin", "x"):
        assert statuses(clip(has_location=True), name)["location"] == "fail"


def test_an_image_is_not_held_to_rules_for_video() -> None:
    skipped = Reason(code="kind", sentence=Message(text="Not for images."))
    picture = Report(
        analyzer_version="0",
        asset=asset(kind="image", container="png", duration_s=None, frame_rate=None, width=1080, height=1080),
        complete=True,
        signals=(
            ok("technical", {"container": "png", "bytes": 100, "width": 1080, "height": 1080, "aspect_ratio": 1.0}),
            *(SignalResult(id=name, title=name, status="skipped", reason=skipped) for name in ("flash", "stillness", "hook")),
        ),
    )
    found = statuses(picture, "reels")
    for rule in ("container", "video-codec", "duration", "fast-start", "frame-rate", "file-size", "flashes", "black-lead"):
        assert found[rule] == "not_applicable", rule
    assert (found["image-format"], found["image-size"], found["image-aspect-ratio"]) == ("fail", "pass", "pass")


def test_every_fix_can_be_filled_in() -> None:
    """Each rule of each profile is made to fail, and its sentence is formatted."""
    for name in ("default", "tiktok", "reels", "shorts", "youtube", "facebook", "linkedin", "x"):
        for rule in load_profile(name).rules:
            text = Message(text=rule.fix, params={"value": "v", "bound": "b", "where": "w"})
            assert str(text).endswith("."), f"{name} {rule.id}"


def test_rejudging_a_stored_report_gives_the_same_verdicts(tmp_path: Path) -> None:
    path = tmp_path / "clip.report.json"
    path.write_text(judge(clip(), "tiktok").to_json(), encoding="utf-8")
    assert judge(Report.from_json(path.read_bytes()), "linkedin").to_json() == judge(clip(), "linkedin").to_json()
