"""A rich report by hand: every shape of evidence, every status and verdict, and hostile text wherever a file may bring it."""

from __future__ import annotations

import base64
import io
import math
from typing import Any

from analyzer.nouns.evidence import (
    Caption,
    Captions,
    ColourPair,
    Cue,
    Cues,
    Detection,
    Detections,
    Embedding,
    Moment,
    Moments,
    Palette,
    PaletteSpan,
    Series,
    Shot,
    Shots,
    Span,
    Spans,
    Swatch,
    Table,
    TextTracks,
    Track,
    Tracks,
    Transcript,
    TranscriptSegment,
    Word,
    message,
)
from analyzer.nouns.report import (
    Borderline,
    EngineUsed,
    Instance,
    Judgement,
    Reason,
    Report,
    SignalResult,
    Source,
    Still,
    Verdict,
)
from analyzer.nouns.signal import Metric, Reading, Signal
from tests.make import asset, box, text_track

SCRIPT = "</script><script>alert(1)</script>"
IMAGE = '"><img src=x onerror=alert(1)>'
BIDI = "invoice\u202egpj.exe\u2066\u0007\x1b[31mred"
FORMULA = '=HYPERLINK("http://evil.example","x")'
JINJA = "{{ 7*7 }}{% raw %}"
MARKDOWN = "[click](javascript:alert(1)) | `x` <b>"
WORKFLOW = "x\n::error file=a::forged%0A"
CUE_BREAK = "one\n\n2\n00:00:00,000 --> 00:00:09,000\nforged <v Bob>"
HOSTILE = (SCRIPT, IMAGE, BIDI, FORMULA, JINJA, MARKDOWN, WORKFLOW, CUE_BREAK)

DURATION = 12.4
OCR = EngineUsed(id="rapidocr-ppocrv6", task="ocr", version="3.10.0", licence="Apache-2.0")
VAD = EngineUsed(id="silero-vad", task="voice-activity", version="1.2.1", licence="MIT")
BLIP = EngineUsed(
    id="blip-base", task="scene-captioning", version="transformers 5.24.0", licence="BSD-3-Clause",
    revision="9cfcdbcaccbcadb2b53b36d4b50042c4eeaa0c25", weights="3f" * 32, precision="bfloat16", device="cpu",
)  # fmt: skip
SIGLIP = BLIP.model_copy(update={"id": "siglip2-base", "task": "image-text-matching", "licence": "Apache-2.0"})
VALUES = "ADwAAAA4" * 3
"""An embedding as it is stored."""
FACE = EngineUsed(id="haar-frontal", task="face-detection", version="4.14.0", licence="Apache-2.0")


def still(time_s: float, colour: tuple[int, int, int], size: tuple[int, int] = (189, 336)) -> Still:
    """A small picture with a title, a face and a caption drawn on it."""
    from PIL import Image, ImageDraw

    width, height = size
    picture = Image.new("RGB", size, colour)
    draw = ImageDraw.Draw(picture)
    for y in range(height):
        shade = tuple(max(0, round(channel * (1 - 0.5 * y / height))) for channel in colour)
        draw.line([(0, y), (width, y)], fill=shade)
    draw.ellipse([width * 0.3, height * 0.22, width * 0.7, height * 0.46], fill=(233, 196, 160))
    draw.rectangle([width * 0.16, height * 0.7, width * 0.84, height * 0.745], fill=(245, 245, 245))
    draw.rectangle([width * 0.2, height * 0.08, width * 0.8, height * 0.14], fill=(190, 190, 190))
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=72)
    return Still(time_s=time_s, width=width, height=height, jpeg=base64.b64encode(data.getvalue()).decode())


def _signals(texts: tuple[str, ...]) -> tuple[SignalResult, ...]:
    face = box(0.3, 0.22, 0.7, 0.46)
    headline = box(0.2, 0.08, 0.8, 0.14)
    tracks = (
        text_track(
            "3 mistakes everyone makes",
            0.1,
            2.8,
            id=0,
            role="headline",
            box=headline,
            contrast=1.9,
            contrast_median=2.4,
            colours=ColourPair(time_s=1.4, box=headline, letters="#BEBEBE", ground="#963C2D", ratio=1.9),
        ),  # fmt: skip
        text_track("Your coffee is burnt", 0.6, 2.4, id=1, needed_s=1.1),
        text_track("Été déjà vu, à 19 €", 2.6, 3.1, id=2, needed_s=1.4, contrast=3.6),
        text_track("@brand", 0.0, DURATION, id=3, role="watermark", box=box(0.04, 0.93, 0.2, 0.96), height_px=28.0),
        *(
            text_track(text, 4 + n * 0.9, 5.2 + n * 0.9, id=10 + n, role="scene_text", contrast=None)
            for n, text in enumerate(texts)
        ),
    )
    shots = (0.0, 2.6, 4.1, 6.2, 8.0, DURATION)
    transitions = ("start", "cut", "dissolve", "cut", "fade")
    colours = (("#C8452D", "#F3E9DC", "#2B2B33"), ("#2F6F8F", "#E8EDF0", "#13212B"), ("#E0A43A", "#6B4A1E", "#FFF5E0"))
    facts = [("file", "container", "mov,mp4"), ("video", "pixel_format", "yuv420p"), *(("tags", "title", t) for t in texts)]
    return (
        SignalResult(
            id="technical",
            title="File",
            status="ok",
            metrics={
                "container": "mp4",
                "video_codec": "h264",
                "audio_codec": "aac",
                "width": 1080,
                "height": 1920,
                "frame_rate": 29.97,
                "aspect_ratio": 0.5625,
                "duration_s": DURATION,
                "bytes": 48_123_456,
                "constant_frame_rate": False,
                "leaks": 2,
                "audio_sample_rate": 48000,
                "has_location": True,
                "moov_first": None,
            },
            unmeasured={"decode_errors": Reason(code="not_stated", sentence=message("The file does not say."))},
            evidence={
                "facts": Table(title="Facts of the file", columns=("Part", "Fact", "Value"), rows=tuple(facts)),
                "leaks": Table(
                    title="What the file gives away",
                    columns=("Field", "Value"),
                    rows=(("location", "present, not shown"), ("author", IMAGE)),
                ),
            },
        ),
        SignalResult(
            id="shots",
            title="Shots",
            status="ok",
            metrics={"shots": 5, "cuts": 2, "first_cut_s": 2.6},
            evidence={
                "shots": Shots(
                    title="Shots",
                    items=tuple(
                        Shot(start_s=a, end_s=b, transition=t)
                        for a, b, t in zip(shots, shots[1:], transitions, strict=False)  # type: ignore[arg-type]
                    ),
                )
            },
        ),
        SignalResult(
            id="flash",
            title="Flashes",
            status="ok",
            metrics={"general_flashes": 5, "red_flashes": 0, "general_fails": True, "area_max": 0.42},
            evidence={
                "flashes": Spans(
                    title="Flashes",
                    unit="flashes a second",
                    items=(Span(start_s=6.4, end_s=7.5, label="general", value=5.0, box=box(0.1, 0.1, 0.9, 0.7)),),
                )
            },
        ),
        SignalResult(
            id="onscreen_text",
            title="Text in the picture",
            status="ok",
            engines=(OCR,),
            metrics={
                "tracks": len(tracks),
                "first_text_s": 0.0,
                "lowest_contrast": 1.9,
                "language": "en",
                "text": "\n".join(track.text for track in tracks),
            },
            evidence={"tracks": TextTracks(title="Text in the picture", items=tracks)},
        ),
        SignalResult(
            id="captions",
            title="Captions",
            status="ok",
            metrics={"captioned": True, "max_cps": 24.5, "delay_s": -0.12},
            evidence={
                "burned_in": Cues(
                    title="Captions in the picture",
                    origin="burned_in",
                    items=(
                        Cue(start_s=0.6, end_s=2.4, text="Your coffee is burnt", cps=11.1, delay_s=0.2),
                        Cue(start_s=2.6, end_s=3.1, text="Été déjà vu, à 19 €", cps=24.5),
                    ),
                ),
                "sidecar_0": Cues(
                    title="Subtitles beside the file",
                    origin="sidecar",
                    language="fr",
                    items=tuple(Cue(start_s=1.0 + n, end_s=1.9 + n, text=text, cps=12.0) for n, text in enumerate(texts)),
                ),
            },
        ),
        SignalResult(
            id="speech",
            title="Speech",
            status="ok",
            engines=(VAD,),
            metrics={"has_speech": True, "first_speech_s": 0.4, "speech_s": 8.1, "words_per_minute": 152.0},
            unmeasured={
                "language": Reason(
                    code="no_engine",
                    sentence=message("No engine for {task} is on this machine.", task="speech-to-text"),
                    remedy=message("Install it with: {command}", command="pip install content-analyzer[pretrained]"),
                )
            },
            evidence={
                "speech": Spans(
                    title="Speech",
                    items=(Span(start_s=0.4, end_s=3.9, label="speech"), Span(start_s=4.6, end_s=11.2, label="speech")),
                ),
                "transcript": Transcript(
                    title="Transcript",
                    language="en",
                    items=(
                        TranscriptSegment(
                            start_s=0.4,
                            end_s=3.9,
                            text="You are burning your coffee.",
                            confidence=0.91,
                            words=(Word(start_s=0.4, end_s=0.6, text="You"),),
                        ),
                        *(TranscriptSegment(start_s=4.6 + n * 0.8, end_s=5.3 + n * 0.8, text=t) for n, t in enumerate(texts)),
                    ),
                ),
            },
        ),
        SignalResult(
            id="sound",
            title="Sound",
            status="ok",
            metrics={"integrated_lufs": -21.4, "true_peak_dbtp": -0.2, "silence_share": 0.08},
            evidence={
                "silences": Spans(title="Silence", items=(Span(start_s=11.4, end_s=DURATION, label="silence"),)),
                "loudness": Series(
                    title="Loudness",
                    unit="LUFS",
                    times_s=tuple(n / 10 for n in range(124)),
                    values=tuple(-22 + 7 * math.sin(n / 5) * math.sin(n / 31) for n in range(124)),
                ),
            },
        ),
        SignalResult(
            id="stillness",
            title="Stillness",
            status="ok",
            metrics={"freeze_share": 0.1, "first_motion_s": 0.0},
            evidence={
                "freezes": Spans(title="Frozen", items=(Span(start_s=9.0, end_s=10.2, label="freeze"),)),
                "motion": Series(
                    title="Motion",
                    unit="share",
                    times_s=tuple(n / 10 for n in range(124)),
                    values=tuple(abs(math.sin(n / 9)) * 0.3 for n in range(124)),
                ),
            },
        ),
        SignalResult(
            id="faces",
            title="Faces",
            status="ok",
            engines=(FACE,),
            metrics={"faces_max": 1, "largest_face_share": 0.096, "close_up": False},
            evidence={
                "faces": Tracks(title="Faces", items=(Track(start_s=0.0, end_s=2.6, label="face", box=face, confidence=0.9),)),
                "detections": Detections(
                    title="Faces by frame",
                    items=(
                        Detection(time_s=0.0, label="face", box=face, confidence=0.88),
                        Detection(time_s=1.0, label="face", box=face, confidence=0.9),
                    ),
                ),
            },
            notes=(message("Only faces that look at the camera are found."),),
        ),
        SignalResult(
            id="scenes",
            title="Scenes",
            status="ok",
            engines=(BLIP,),
            metrics={"described": 3 + len(texts), "opening": "a person holding a cup of coffee", "lowest_confidence": 0.41},
            evidence={
                "captions": Captions(
                    title="What each shot shows",
                    items=(
                        Caption(start_s=0.0, end_s=2.6, time_s=1.4, text="a person holding a cup of coffee", confidence=0.78),
                        Caption(start_s=2.6, end_s=6.2, time_s=4.5, text="a table with cups and a kettle", confidence=0.41),
                        Caption(start_s=6.2, end_s=DURATION, time_s=9.6, text="a sign on a wall", confidence=None),
                        *(Caption(start_s=8.0, end_s=8.1, time_s=8.05, text=text, confidence=0.5) for text in texts),
                    ),
                )
            },
            notes=(message("A model wrote these sentences."),),
        ),
        SignalResult(
            id="content",
            title="Setting, activity and format",
            status="ok",
            engines=(SIGLIP,),
            metrics={"setting": "kitchen", "activity": "cooking"},
            unmeasured={
                "format": Reason(code="unsure", sentence=message("No label of the list is likely enough to be named."))
            },
            evidence={
                "setting": Spans(
                    title="Settings",
                    unit="probability",
                    items=(
                        Span(start_s=0.0, end_s=6.2, label="kitchen", value=0.83),
                        Span(start_s=8.0, end_s=DURATION, label="living_room", value=0.61),
                    ),
                ),
                "labels": Table(
                    title="Likeliest labels",
                    columns=("Group", "Label", "Probability"),
                    rows=(("setting", "kitchen", 0.71), ("activity", "cooking", 0.66), ("format", "tutorial", 0.41)),
                ),
                "embedding": Embedding(title="Direction for look-alikes", model="siglip2-base", dims=9, values=VALUES),
            },
        ),
        SignalResult(
            id="palette",
            title="Palette",
            status="ok",
            metrics={"dominant": "#C8452D", "warmth": 0.31, "drift": 12.4},
            evidence={
                "asset": Palette(
                    title="Colours of the clip",
                    items=(
                        PaletteSpan(
                            start_s=0,
                            end_s=DURATION,
                            swatches=(
                                Swatch(hex="#C8452D", share=0.41, name="red"),
                                Swatch(hex="#F3E9DC", share=0.27),
                                Swatch(hex="#2F6F8F", share=0.18),
                                Swatch(hex="#2B2B33", share=0.09),
                                Swatch(hex="red;}", share=0.05),
                            ),
                        ),
                    ),
                ),
                "shots": Palette(
                    title="Colours of each shot",
                    items=tuple(
                        PaletteSpan(
                            start_s=a,
                            end_s=b,
                            swatches=tuple(
                                Swatch(hex=h, share=s) for h, s in zip(colours[n % 3], (0.5, 0.3, 0.2), strict=True)
                            ),
                        )
                        for n, (a, b) in enumerate(zip(shots, shots[1:], strict=False))
                    ),
                ),
            },
        ),
        SignalResult(
            id="hook",
            title="Hook",
            status="ok",
            metrics={
                "strength": 62.0,
                "strength_label": "fair",
                "types": "question,list_promise",
                "first_cut_s": 2.6,
                "text_in_hook": True,
                "weak_openers": None,
            },
            evidence={
                "onsets": Moments(
                    title="What begins when",
                    items=(
                        Moment(time_s=0.1, text=message("First text")),
                        Moment(time_s=4.2, text=message("First cut")),
                        Moment(time_s=None, text=message("First face")),
                    ),
                ),
                "reasons": Moments(
                    title="What speaks for it and against it",
                    items=(
                        Moment(
                            time_s=0.1, text=message("Text is on screen at once."), sign=1, quote="3 mistakes everyone makes"
                        ),
                        Moment(time_s=2.6, text=message("The first cut comes late."), sign=-1),
                        Moment(time_s=None, text=message("No logo opens it.")),
                        *(Moment(time_s=0.5, text=message("It promises a list."), sign=1, quote=text) for text in texts[:2]),
                    ),
                ),
                "windows": Table(
                    title="Windows", columns=("Window", "Text", "Speech"), rows=((1, True, True), (3, True, True))
                ),
            },
            notes=(message("The strength is a heuristic: it is not calibrated and predicts no reach."),),
        ),
        SignalResult(
            id="sentiment",
            title="Sentiment",
            status="unavailable",
            reason=Reason(
                code="no_engine",
                sentence=message("No engine for {task} is on this machine.", task="sentiment"),
                remedy=message("Install it with: {command}", command="pip install vaderSentiment"),
            ),
        ),
        SignalResult(
            id="post_text",
            title="Post text",
            status="skipped",
            reason=Reason(
                code="not_given",
                sentence=message("No post text was given."),
                remedy=message("Give it with --post-text, or as a .txt file beside the asset."),
            ),
        ),
        SignalResult(
            id="objects",
            title="Objects",
            status="failed",
            reason=Reason(
                code="exception",
                sentence=message("A fault in the analyzer stopped this measurement ({error}).", error=f"ValueError: {IMAGE}"),
            ),
        ),
        SignalResult(
            id="rhythm",
            title="Rhythm",
            status="skipped",
            reason=Reason(code="no_audio", sentence=message("There is no sound track.")),
        ),
    )


def near(value: float, bound: float, error: float, other: Any, *said: str) -> Borderline:
    text = message(
        "Borderline: {value} was measured, the limit is {bound}, and the measurement may be off by {error}.",
        **dict(zip(("value", "bound", "error"), said, strict=True)),
    )
    return Borderline(value=value, bound=bound, error=error, other=other, text=text, source="docs/ACCURACY.md")


def _verdicts(texts: tuple[str, ...]) -> tuple[Verdict, ...]:
    wcag = Source(url="https://www.w3.org/TR/WCAG22/#contrast-minimum", checked_on="2026-10-31", note="Official.")
    own = Source(url="", checked_on="2026-11-24", note="Project choice.")
    evil = Source(url="javascript:alert(1)", checked_on="2026-11-24", note=IMAGE)

    def verdict(rule: str, status: str, **fields: Any) -> Verdict:
        known = {
            "rule": rule,
            "status": status,
            "title": rule,
            "signal": "technical",
            "metric": "x",
            "strength": "advice",
            "severity": 2,
            "sources": (own,),
        }
        return Verdict(**(known | fields))

    return (
        verdict(
            "text-contrast",
            "fail",
            title="Text stands out from the picture",
            signal="onscreen_text",
            metric="tracks.contrast",
            severity=4,
            value=1.9,
            unit="ratio",
            bound=message("At least {bound}", bound="3:1"),
            sources=(wcag, evil),
            why="Text whose brightness is close to what lies behind it cannot be read on a phone in daylight.",
            fix=message(
                "Raise the contrast from {value} to {bound}: an outline, a shadow or a dark box behind the letters. "
                "Worst at {where}.",
                value="1.9:1",
                bound="3:1",
                where="0:00.1–0:02.8 “3 mistakes everyone makes”",
            ),
            instances=(
                Instance(start_s=0.1, end_s=2.8, box=box(0.2, 0.08, 0.8, 0.14), text="3 mistakes everyone makes", value=1.9),
                *(
                    Instance(start_s=4 + n, end_s=5 + n, text=text, box=box(0.1, 0.7, 0.9, 0.75))
                    for n, text in enumerate(texts)
                ),
            ),
        ),
        verdict(
            "length",
            "fail",
            title="The length is accepted",
            strength="hard",
            severity=5,
            value=DURATION,
            unit="s",
            bound=message("Between {low} and {high}", low="15 s", high="60 s"),
            why="The platform refuses other lengths.",
            fix=message("Bring the length from {value} to {bound}.", value="12.4 s", bound="15 s – 60 s"),
        ),
        verdict(
            "flashes",
            "fail",
            title="No dangerous flashing",
            signal="flash",
            severity=5,
            value=True,
            unit="flag",
            bound=message("It should not be so."),
            why="Flashing can trigger seizures.",
            fix=message("Soften the flashing at {where}.", where="0:06.4–0:07.5"),
            instances=(Instance(start_s=6.4, end_s=7.5, box=box(0.1, 0.1, 0.9, 0.7), value=5.0),),
        ),
        verdict(
            "loudness",
            "warn",
            title="The loudness is in the usual range",
            signal="sound",
            value=-21.4,
            unit="LUFS",
            bound=message("Between {low} and {high}", low="-18 LUFS", high="-12 LUFS"),
            fix=message("Bring the loudness from {value} to about -15 LUFS.", value="-21.4 LUFS"),
        ),
        verdict(
            "location",
            "warn",
            title="The file does not tell where it was made",
            value=True,
            unit="flag",
            bound=message("It should not be so."),
            fix=message("Remove the location before you share it."),
        ),
        verdict(
            "text-time",
            "warn",
            title="Text stays long enough to be read",
            signal="onscreen_text",
            value=0.357,
            unit="share",
            bound=message("At least {bound}", bound="100 %"),
            fix=message("Show it longer."),
            borderline=near(0.357, 0.5, 0.15, "fail", "35.7 %", "50 %", "15 points"),
            instances=(Instance(start_s=2.6, end_s=3.1, box=box(0.2, 0.7, 0.8, 0.74), text="Été déjà vu, à 19 €"),),
        ),
        verdict(
            "codec",
            "pass",
            title="The video codec is accepted",
            strength="hard",
            value="h264",
            unit="text",
            bound=message("One of {bound}", bound="h264, hevc"),
        ),
        verdict(
            "peaks",
            "pass",
            title="The sound is level",
            signal="sound",
            value=-1.2,
            unit="dBTP",
            bound=message("At most {bound}", bound="-1 dBTP"),
            borderline=near(-1.2, -1.0, 0.4, "warn", "-1.2 dBTP", "-1 dBTP", "0.4 dBTP"),
        ),
        verdict(
            "bytes",
            "pass",
            title="The file is small enough",
            strength="hard",
            value=48_123_456,
            unit="bytes",
            bound=message("At most {bound}", bound="4 GB"),
        ),
        verdict(
            "sentiment",
            "not_judged",
            title="The tone is as wanted",
            signal="sentiment",
            reason=Reason(
                code="no_engine",
                sentence=message("No engine for {task} is on this machine.", task="sentiment"),
                remedy=message("Install it with: {command}", command="pip install vaderSentiment"),
            ),
        ),
        verdict(
            "post-length",
            "not_applicable",
            title="The post has a good length",
            signal="post_text",
            reason=Reason(code="not_given", sentence=message("No post text was given.")),
        ),
    )


def report(*, texts: tuple[str, ...] = HOSTILE, **fields: Any) -> Report:
    """A judged clip with every shape of evidence; `texts` stand wherever the file can put words."""
    tints = ((150, 60, 45), (50, 110, 140), (190, 140, 60), (70, 60, 90), (40, 90, 70))
    base: dict[str, Any] = {
        "analyzer_version": "0.1.0",
        "asset": asset(
            name=f"spring{texts[0]}.mp4" if texts else "spring-launch-v3.mp4",
            bytes=48_123_456,
            duration_s=DURATION,
            frame_rate="30000/1001",
            has_audio=True,
            audio_codec="aac",
            id="9f2c4be1a07d" + "5" * 52,
        ),
        "complete": False,
        "signals": _signals(texts),
        "judgement": Judgement(
            profile="tiktok", title="TikTok", variant="organic", checked_on="2026-11-24", verdicts=_verdicts(texts)
        ),
        "notes": (message("{count} of {all} frames were kept.", count=96, all=372),),
        "settings": {"only": "", "frames_kept": 96},
        "close_ups": (still(1.4, tints[1], (200, 40)).model_copy(update={"box": box(0.15, 0.06, 0.85, 0.16)}),),
        "stills": tuple(still(t, tints[n % 5]) for n, t in enumerate((0.0, 1.4, 2.8, 4.5, 5.4, 6.9, 8.2, 9.6, 11.8))),
    }
    return Report(**(base | fields))


def image_report(**fields: Any) -> Report:
    """A judged image."""
    kept = {"onscreen_text", "faces", "palette", "sentiment"}
    signals = tuple(signal for signal in _signals(()) if signal.id in kept)
    base: dict[str, Any] = {
        "asset": asset(
            name="poster.png", kind="image", duration_s=None, frame_rate=None, width=1200, height=1500, video_codec=None
        ),
        "signals": signals,
        "stills": (still(0.0, (150, 60, 45), (480, 600)),),
    }
    return report(texts=(), **(base | fields))


def catalog() -> tuple[Signal, ...]:
    """Signals that explain the metrics of the report."""
    units = {
        "share": "share",
        "_s": "s",
        "lufs": "LUFS",
        "dbtp": "dBTP",
        "cps": "cps",
        "bytes": "bytes",
        "rate": "fps",
        "contrast": "ratio",
    }
    signals = []
    for result in _signals(()):
        names = [*result.metrics, *result.unmeasured]
        metrics = {
            name: Metric(next((u for end, u in units.items() if name.endswith(end)), "number"), f"Meaning of {name}.")
            for name in names
        }
        signals.append(
            Signal(
                id=result.id,
                title=result.title,
                why=f"What {result.title} tells.",
                measure=lambda *_: Reading({}),
                metrics=metrics,
            )
        )
    return tuple(signals)
