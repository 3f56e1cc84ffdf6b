"""Subtitle files of any content: markup out, cues in order and told once, and a note on all that was left out."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from analyzer.read.decode.limits import Limits
from analyzer.read.decode.subtitles import read_sidecar, told_once

LIMITS = Limits()
ASS = """[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize
Style: Default,Arial,28

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""


def cues(name: str, text: str | bytes) -> list[tuple[float, float, str]]:
    track, _ = read_sidecar(name, text if isinstance(text, bytes) else text.encode(), LIMITS)
    return [(round(cue["start_s"], 3), round(cue["end_s"], 3), cue["text"]) for cue in track["cues"]]


def texts(name: str, text: str | bytes) -> list[str]:
    return [cue[2] for cue in cues(name, text)]


def notes(name: str, data: bytes | None, limits: Limits = LIMITS) -> list[str]:
    return [note["text"].format(**note["params"]) for note in read_sidecar(name, data, limits)[1]]


def srt(text: str) -> str:
    return f"1\n00:00:01,000 --> 00:00:02,000\n{text}\n"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ('<font color="#fff"><i>Slowly</i></font> now', "Slowly now"),
        ("{\\an8}Above", "Above"),
        ("Tom &amp; Ann &lt;3&nbsp;you &#233;&#x41;", "Tom & Ann <3 you éA"),
        ("&#99999999999999999999; &nosuch; &", "&#99999999999999999999; &nosuch; &"),
        ("a < b and c > d", "a < b and c > d"),
        ("one  \n\n  two", "one\ntwo"),
        ("bell\x07 and \u202eturned", "bell and turned"),
        ("e\u0301te\u0301", "été"),
        ("{left} as it is", "{left} as it is"),
    ],
)
def test_markup_of_subrip(raw: str, shown: str) -> None:
    assert texts("clip.srt", srt(raw)) == [shown]


FORMS = "1\n00:00:01,000 --> 00:00:02,500\none\n\n2\n00:00:03,000 --> 00:00:04,000\ntwo\n"


@pytest.mark.parametrize(
    "text",
    [
        FORMS,
        FORMS.replace("\n", "\r\n"),
        FORMS.replace("\n", "\r"),
        FORMS.replace("\n\n", "\n"),
        FORMS.replace("\n", "\n\n"),
        FORMS.replace("1\n00", "00").replace("2\n00", "00"),
        FORMS.replace(",", "."),
        FORMS.replace("00:00:", "0:0:"),
        FORMS.replace("00:00:", "00:"),
        FORMS.replace(" --> ", "-->"),
        FORMS.replace("500", "5").replace(",000", ""),
        FORMS.replace("2,500", "2,500 X1:100 X2:200 Y1:10 Y2:20"),
        "\ufeff" + FORMS + "\n\n3\n",
    ],
)
def test_forms_of_subrip(text: str) -> None:
    found = cues("clip.srt", text)
    assert [cue[:2] for cue in found] == [(1.0, 2.5), (3.0, 4.0)]
    assert [cue[2].split("\n")[0] for cue in found] == ["one", "two"]


def test_a_number_that_is_text_is_no_counter() -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\nIn\n2024\n\n2\n00:00:03,000 --> 00:00:04,000\n1984\n"
    assert texts("clip.srt", text) == ["In\n2024", "1984"]


def test_hours() -> None:
    assert cues("clip.srt", "1\n123:00:01,000 --> 123:00:02,000\nlate\n")[0][:2] == (442801.0, 442802.0)


def test_what_is_no_text_in_webvtt() -> None:
    text = """WEBVTT - made by hand
Kind: captions

STYLE
::cue { color: white }

REGION
id:fred width:40%

NOTE
two rows
of notes

NOTE 00:00:00.000 --> 00:00:01.000 was cut
this too

first
00:01.000 --> 00:02.000 line:90% align:center
<v Speaker>We <00:00:01.500><c.yellow.bg>keep</c> <lang en>it</lang></v>

second
00:00:03.000 --> 00:00:04.000
<ruby>漢字<rt>かんじ</rt></ruby> &amp; <b>bold</b>
third
00:00:05.000 --> 00:00:06.000
no empty row before
"""
    assert cues("clip.vtt", text) == [
        (1.0, 2.0, "We keep it"), (3.0, 4.0, "漢字 & bold\nthird"), (5.0, 6.0, "no empty row before"),
    ]  # fmt: skip
    assert texts("clip.srt", text)[0] == "We keep it", "what a file begins with counts, not its suffix"


def test_what_is_no_text_in_ass() -> None:
    text = ASS + (
        "Comment: 0,0:00:00.00,0:00:10.00,Default,,0,0,0,,a remark\n"
        "Dialogue: 0,0:00:01.00,0:00:02.50,Default,,0,0,0,,{\\an7\\pos(0,0)\\p1}m 40 300 l 600 300{\\p0}\n"
        "Dialogue: 1,0:00:01.00,0:00:02.50,Default,,0,0,0,,{\\k30}We {remark}keep, always,\\Nopen\\hdoors\n"
        "Dialogue: 1,0:00:03.00,0:00:04.00,Default,,0,0,0,,before {\\p1}m 0 0 l 1 1{\\p0}after\n"
        "Dialogue: 1,0:00:05.00,0:00:06.00,Default,,0,0,0,,{\\pos(1,2)}shown {\n"
    )
    assert cues("clip.ass", text) == [
        (1.0, 2.5, "We keep, always,\nopen doors"), (3.0, 4.0, "before after"), (5.0, 6.0, "shown {"),
    ]  # fmt: skip


def test_columns_of_ssa() -> None:
    text = "[Events]\nFormat: Marked, Start, End, Text\nDialogue: Marked=0,0:00:01.00,0:00:02.00,one, two\n"
    assert cues("clip.ssa", text) == [(1.0, 2.0, "one, two")]


def test_order_of_time_and_cues_that_end_before_they_begin() -> None:
    text = "1\n00:00:05,000 --> 00:00:06,000\nb\n\n2\n00:00:01,000 --> 00:00:02,000\na\n\n3\n00:00:09,000 --> 00:00:08,000\nc\n"
    assert texts("clip.srt", text) == ["a", "b"]
    assert notes("clip.srt", text.encode()) == ["Cues of the file clip.srt that end before they begin were left out: 1."]


def rolling(*rows: tuple[float, float, str]) -> list[tuple[float, float, str]]:
    told = told_once({"start_s": start, "end_s": end, "text": text} for start, end, text in rows)
    return [(cue["start_s"], cue["end_s"], cue["text"]) for cue in told]


def test_rows_that_roll_up_are_told_once() -> None:
    assert rolling((0, 3, "a"), (3, 3.01, "a"), (3.01, 6, "a\nb"), (6, 6.01, "b"), (6.01, 9, "b\nc")) == [
        (0, 3.01, "a"), (3.01, 6.01, "b"), (6.01, 9, "c"),
    ]  # fmt: skip
    assert [cue[2] for cue in rolling((0, 1, "a"), (1, 2, "a\nb"), (2, 3, "a\nb\nc"), (3, 4, "b\nc\nd"))] == list("abcd")
    assert rolling((0, 3, "a\nb"), (3, 3.01, "b"), (3.01, 6, "b\nc")) == [(0, 3.01, "a\nb"), (3.01, 6, "c")]
    apart = [(0.0, 1.0, "No."), (1.5, 2.0, "No."), (3.0, 4.0, "No.\nNever.")]
    assert rolling(*apart) == apart, "what is said again after a gap is told again"


def test_layers_that_repeat_a_text_are_one_cue() -> None:
    assert rolling((0, 2, "a"), (0, 2, "other"), (0, 2, "a"), (1, 3, "a")) == [(0, 3, "a"), (0, 2, "other")]


def test_a_file_that_cannot_be_opened_or_holds_nothing() -> None:
    assert notes("clip.srt", None) == ["The file clip.srt could not be opened, so its subtitles were not read."]
    assert notes("clip.srt", b" \n") == ["The file clip.srt is empty; it holds no subtitles."]
    for data in (b"nonsense", b"\0" * 500, bytes(range(256)), b"\xff\xfe"):
        assert notes("clip.srt", data) == ["The file clip.srt could not be read as subtitles."]


def test_a_guessed_encoding_is_a_note() -> None:
    data = srt("L'été, le café reste ouvert.").encode("cp1252")
    assert texts("clip.srt", data) == ["L'été, le café reste ouvert."]
    assert notes("clip.srt", data) == ["The file clip.srt was read as Windows-1252, which is a guess."]
    assert texts("clip.srt", srt("Привет").encode("utf-16")) == ["Привет"]


def test_bounds_are_said() -> None:
    many = "".join(f"00:00:{n:02},000 --> 00:00:{n:02},900\nn{n}\n\n" for n in range(20)).encode()
    assert notes("clip.srt", many, Limits(subtitle_cues=5)) == ["Of the file clip.srt only the first 5 cues were read."]
    assert len(read_sidecar("clip.srt", many, Limits(text_bytes=100))[0]["cues"]) == 3
    assert notes("clip.srt", many, Limits(text_bytes=100)) == ["Of the file clip.srt only the first 100 bytes were read."]
    assert notes("clip.srt", srt("x" * 2000).encode()) == ["Cues of the file clip.srt that were cut after 1000 characters: 1."]


@pytest.mark.parametrize("piece", ["{", "<", "<a", "{\\", "<rt>", "&#", "1\n", "0 ", "\u0301\u0323", "->", "\n"])
@pytest.mark.parametrize("suffix", ["srt", "vtt", "ass"])
def test_time_is_in_proportion_to_the_bytes(piece: str, suffix: str) -> None:
    head = {"srt": srt(""), "vtt": "WEBVTT\n\n" + srt("").replace(",", "."), "ass": ASS + "Dialogue: 0,0:0:1.0,0:0:2.0,,,,,,,"}
    data = (head[suffix] + piece * (1_000_000 // len(piece))).encode()
    start = time.process_time()
    read_sidecar(f"clip.{suffix}", data, LIMITS)
    assert time.process_time() - start < 3, "a pattern that takes quadratic time needs 40 s"


def test_a_process_that_may_open_no_more_files_reads_any_encoding() -> None:
    code = """
import sys
from analyzer.read.decode.limits import Limits
from analyzer.read.decode.subtitles import read_sidecar, ready

ready()
closed = True
def refuse(event, arguments):
    if event == "open" and closed:
        raise PermissionError(arguments[0])
sys.addaudithook(refuse)
texts = {"cp1252": "L'été", "cp1251": "Мы держим сад", "cp1250": "Příliš žluťoučký kůň", "gb18030": "我们把花园的门一直",
         "big5": "我們把花園的門一直開著",
         "cp932": "庭は初霜まで", "cp949": "안녕하세요", "utf-16": "words", "utf-16-le": "words",
         "utf-32-be": "words", "cp1253": "Καλημέρα, τι κάνεις", "utf-8": "<b>&amp;</b>"}
for encoding, text in texts.items():
    for name in ("clip.srt", "clip.fr.srt", "clip.zh.srt", "clip.ru.srt", "clip.th.srt"):
        data = f"1\\n00:00:01,000 --> 00:00:02,000\\n{text}\\n".encode(encoding)
        assert read_sidecar(name, data, Limits())[0]["cues"], (encoding, name)
closed = False
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_name_of_a_file_is_valid_text() -> None:
    track, said = read_sidecar("cl\x1bip\n\udcff.srt", None, LIMITS)
    assert track["name"] == "clip \ufffd.srt" == said[0]["params"]["name"]


def test_the_head_of_a_webvtt_file_states_its_language_and_that_its_times_are_shifted() -> None:
    text = "WEBVTT\nKind: captions\nLanguage: fr\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:900000\n\n"
    text += "00:01.000 --> 00:02.000\nBonjour&lrm;\n"
    track, said = read_sidecar("clip.vtt", text.encode(), LIMITS)
    assert track["language"] == "fr" and [cue["text"] for cue in track["cues"]] == ["Bonjour"]
    assert [note["text"] for note in said] == ["The file {name} is a piece of a stream; its times were taken as they stand."]
    assert read_sidecar("clip.de.vtt", text.encode(), LIMITS)[0]["language"] == "de", "its name counts for more"
    assert read_sidecar("clip.srt", b"Language: fr\n" + srt("Hello").encode(), LIMITS)[0]["language"] is None


def test_cues_of_a_stream_are_told_once_and_in_order() -> None:
    from types import SimpleNamespace

    from analyzer.read.decode.facts import of_subtitles

    stream = SimpleNamespace(metadata={"language": "eng"}, codec_context=SimpleNamespace(name="ass"))
    held = [(3.0, 4.0, "Two"), (1.0, 2.0, "One"), (1.0, 2.0, "One"), (5.0, 5.0, "never")]
    cues = [{"start_s": start, "end_s": end, "text": text} for start, end, text in held]
    assert [(cue["start_s"], cue["text"]) for cue in of_subtitles(stream, cues)["cues"]] == [(1.0, "One"), (3.0, "Two")]
