"""Text files of any encoding: a mark, strict UTF-8, zeros, else a guess that is told."""

from __future__ import annotations

import pytest

from analyzer.disk.encodings import cleaned, decoded

FRENCH = "Découvrez notre été : des plages dorées, à bientôt !"
CHINESE = "我们把花园的门一直开着直到第一个寒冷的夜晚来临"
JAPANESE = "庭は初霜まで開いています"


def as_cues(text: str) -> str:
    return "".join(f"{n}\n00:00:0{n},000 --> 00:00:0{n},900\n{text}\n\n" for n in range(1, 5))


@pytest.mark.parametrize(
    ("text", "encoding", "told"),
    [
        (FRENCH, "cp1252", "Windows-1252"),
        ("L’été à la plage — déjà 30 €", "cp1252", "Windows-1252"),
        ("L'été, déjà", "cp1252", "Windows-1252"),
        ("¿Qué pasó mañana? El niño comió.", "cp1252", "Windows-1252"),
        ("Größe über Straßen, schöne Grüße", "cp1252", "Windows-1252"),
        ("Мы держим сад открытым до первых заморозков.", "cp1251", "Windows-1251"),
        (CHINESE, "gb18030", "GB18030"),
        (JAPANESE, "cp932", "Shift-JIS"),
        ("こんにちは、世界。今日は庭を開けています。", "cp932", "Shift-JIS"),
        ("안녕하세요 정원은 첫 서리까지 열려 있습니다", "cp949", "EUC-KR"),
        ("我們把花園的門一直開著直到第一個寒冷的夜晚來臨", "big5", "Big5"),
        ("Zażółć gęślą jaźń, dziękuję bardzo", "cp1250", "Windows-1250"),
        ("Καλημέρα, τι κάνεις σήμερα;", "cp1253", "Windows-1253"),
        ("שלום מה שלומך היום", "cp1255", "Windows-1255"),
        ("مرحبا كيف حالك اليوم", "cp1256", "Windows-1256"),
    ],
)
@pytest.mark.parametrize("whole", [str, as_cues])
def test_a_guess_is_right_and_told(text: str, encoding: str, told: str, whole) -> None:  # type: ignore[no-untyped-def]
    assert decoded(whole(text).encode(encoding)) == (whole(text), told)


@pytest.mark.parametrize("text", [FRENCH, CHINESE, "plain words"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "utf-8"])
def test_what_a_file_says_of_itself_is_no_guess(text: str, encoding: str) -> None:
    assert decoded(text.encode(encoding)) == (text, None)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", ["plain words", FRENCH, as_cues(CHINESE)])
def test_wide_text_without_a_mark_is_known_by_its_zeros(text: str, encoding: str) -> None:
    assert decoded(text.encode(encoding)) == (text, encoding[:6].upper())


def test_the_language_of_the_name_helps() -> None:
    short = "Привет, как дела?"
    assert decoded(short.encode("cp1251"), "ru") == (short, "Windows-1251")
    assert decoded("你好世界".encode("gb18030"), "zh-Hans") == ("你好世界", "GB18030")
    assert decoded("สวัสดีครับ".encode("cp874"), "th") == ("สวัสดีครับ", "Windows-874")


def test_a_bound_that_cuts_a_character_changes_nothing_before_it() -> None:
    cut = (FRENCH * 3).encode()[:-1] + "é".encode()[:1]
    text, told = decoded(cut)
    assert text.startswith(FRENCH) and told is None
    assert decoded("caf\xe9".encode("cp1252")) == ("café", "Windows-1252"), "a last letter of Windows-1252 is no cut UTF-8"


@pytest.mark.parametrize("data", [b"", b"\0" * 1000, b"\xff" * 1000, bytes(range(256)) * 40, b"\xff\xfe", b"a\x81\x8d"])
def test_any_bytes_are_some_text(data: bytes) -> None:
    cleaned(decoded(data)[0]).encode("utf-8")


def test_cleaned_text_has_no_controls_and_one_form() -> None:
    assert cleaned("a\r\nb\rc\x00\x1b[31m\u202ed\u2028e\ud800") == "a\nb\nc[31md\ne\ufffd"
    assert cleaned("e\u0301te\u0301") == "été"
    assert len(cleaned("a" + "\u0301\u0323" * 100_000)) < 12


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1250", "Cześć, dziękuję bardzo za pomoc"), ("cp1250", "Hvala lijepa, vidimo se sljedeći četvrtak"),
        ("cp1254", "Teşekkürler, yarın görüşürüz"), ("cp1255", "שלום לכולם"), ("cp1256", "شكرا جزيلا، أراك غدا"),
        ("cp1257", "Ačiū, iki pasimatymo rytoj, šaunu"), ("cp874", "ขอบคุณมาก พบกันพรุ่งนี้"), ("gb18030", "你好，世界！"),
        ("iso2022_jp", "土曜日に庭を開けます"), ("cp932", "カメラを買いました"), ("cp1252", "perché no? città più bella"),
    ],
)  # fmt: skip
def test_short_texts_that_are_easily_taken_for_others(encoding: str, text: str) -> None:
    assert decoded(text.encode(encoding))[0] == text
