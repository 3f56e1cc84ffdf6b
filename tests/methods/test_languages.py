"""Languages by a table of codes: what the name of a file states, and what a track states."""

from __future__ import annotations

import pytest

from analyzer.methods.languages import code_of, language_of


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("clip.fr.srt", "fr"), ("clip.FR.SRT", "fr"), ("clip.pt-BR.srt", "pt-BR"), ("clip.pt_br.srt", "pt-BR"),
        ("clip.zh-Hans.vtt", "zh-Hans"), ("clip.zh-hant-tw.vtt", "zh-Hant-TW"), ("clip.es-419.srt", "es-419"),
        ("clip.fra.srt", "fr"), ("clip.ger.ass", "de"), ("clip.fil.srt", "fil"), ("clip.en.forced.srt", "en"),
        ("clip.en.sdh.srt", "en"), ("clip.en.hi.srt", "en"), ("clip.hi.srt", "hi"), ("a.final.fr.srt", "fr"),
        ("clip.mp4.de.srt", "de"),
        ("clip.srt", None), ("clip.final.srt", None), ("clip.v2.srt", None), ("clip.1080p.srt", None), ("clip.mp4.srt", None),
        ("clip.2.srt", None),
        ("clip.hd.srt", None), ("clip.xx.srt", None), ("clip.forced.srt", None), ("fr.srt", None), ("", None),
    ],
)  # fmt: skip
def test_the_language_that_a_name_states(name: str, language: str | None) -> None:
    assert language_of(name) == language


@pytest.mark.parametrize(
    ("stated", "code"),
    [("fre", "fr"), ("fra", "fr"), ("en-GB", "en"), ("zho", "zh"), ("yue", "yue"), ("und", None), (None, None)],
)  # fmt: skip
def test_the_code_of_what_a_track_states(stated: str | None, code: str | None) -> None:
    assert code_of(stated) == code
