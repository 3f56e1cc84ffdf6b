"""The HTML report: hostile text stays text, the policy fits the content, everything is shown, and it stays small."""

from __future__ import annotations

import base64
import hashlib
import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest

from analyzer.nouns.errors import UsageError
from analyzer.nouns.evidence import Spans, message
from analyzer.nouns.report import Reason, Report, SignalResult
from analyzer.show import to_html
from analyzer.show.html import MOST_BYTES
from tests.make import asset, text_track
from tests.make_report import DURATION, HOSTILE, VALUES, catalog, image_report, report, still

VOID = {"meta", "input", "br", "img", "link", "hr"}
SVG_VOID = {"rect", "path", "circle", "line", "polyline", "use", "image"}
URLS = ("href", "src", "action", "formaction", "xlink:href", "data", "poster", "srcset")


class Page(HTMLParser):
    """Elements, texts and inline code of a page; fails on tags that do not nest."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.code: dict[str, list[str]] = {"style": [], "script": []}
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in SVG_VOID, tag
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        (self.code[self.open[-1]] if self.open and self.open[-1] in self.code else self.texts).append(data)

    @property
    def text(self) -> str:
        return re.sub(r"[ \t\r\n]+", " ", " ".join(self.texts)).strip()

    def attributes(self, name: str) -> list[str]:
        return [attrs[name] or "" for _, attrs in self.tags if name in attrs]


@pytest.fixture(scope="module")
def hostile() -> Page:
    return Page(to_html(report(), catalog=catalog(), media_src='clip"><script>.mp4'))


@pytest.fixture(scope="module", params=["clip", "french clip", "image", "bare"])
def any_page(request: pytest.FixtureRequest) -> Page:
    bare = Report(analyzer_version="0", asset=asset(), complete=True, signals=())
    made = {"clip": report(), "french clip": report(), "image": image_report(), "bare": bare}[request.param]
    return Page(to_html(made, catalog=catalog(), lang="fr" if "french" in request.param else "en"))


def test_hostile_text_adds_no_element(hostile: Page) -> None:
    clean = Page(
        to_html(report(texts=tuple(f"word {n}" for n in range(len(HOSTILE)))), catalog=catalog(), media_src="clip.mp4")
    )
    assert [tag for tag, _ in hostile.tags] == [tag for tag, _ in clean.tags]
    assert sum(tag == "script" for tag, _ in hostile.tags) == sum(tag == "style" for tag, _ in hostile.tags) == 1


def test_hostile_text_is_shown_as_it_is(hostile: Page) -> None:
    for text in ("</script><script>alert(1)</script>", "{{ 7*7 }}{% raw %}", '=HYPERLINK("http://evil.example","x")'):
        assert text in hostile.text


def test_hidden_characters_are_shown(hostile: Page) -> None:
    everything = hostile.text + "".join(value or "" for _, attrs in hostile.tags for value in attrs.values())
    assert "invoice<U+202E>gpj.exe" in hostile.text
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f\x7f-\x9f]", everything)


def test_no_foreign_address(hostile: Page) -> None:
    for name in URLS:
        for value in hostile.attributes(name):
            assert re.match(r"#|data:image/jpeg;base64,|https://www\.w3\.org/|clip", value), value


def test_a_source_that_is_no_web_address_is_no_link(hostile: Page) -> None:
    assert not any("javascript" in value for value in hostile.attributes("href"))


def test_policy_fits_the_content(any_page: Page) -> None:
    (policy,) = [attrs["content"] or "" for _, attrs in any_page.tags if attrs.get("http-equiv") == "Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    for kind in ("style", "script"):
        (code,) = any_page.code[kind]
        digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy


def test_no_inline_style_and_no_handlers(any_page: Page) -> None:
    names = {name for _, attrs in any_page.tags for name in attrs}
    assert "style" not in names and not any(name.startswith("on") for name in names)


def test_ids_are_unique_and_links_inside_lead_somewhere(any_page: Page) -> None:
    ids = any_page.attributes("id")
    assert len(ids) == len(set(ids))
    targets = {href[1:] for href in any_page.attributes("href") if href.startswith("#") and not href.startswith("#t=")}
    targets |= {part for value in any_page.attributes("aria-labelledby") for part in value.split()}
    assert targets <= set(ids)


def test_time_links_are_seconds_of_the_clip(any_page: Page) -> None:
    for href in any_page.attributes("href"):
        if href.startswith("#t="):
            assert 0 <= float(href[3:]) <= DURATION + 0.01


def test_every_kind_of_evidence_has_its_lane(hostile: Page) -> None:
    kinds = {attrs["class"] for tag, attrs in hostile.tags if tag == "div" and (attrs.get("class") or "").startswith("lane ")}
    evidence = {block.kind for signal in report().signals for block in signal.evidence.values()} - {"table", "embedding"}
    assert {f"lane {kind}" for kind in evidence} <= kinds
    assert "present, not shown" in hostile.text


def test_each_caption_stands_beside_the_picture_that_was_seen() -> None:
    html = to_html(report(texts=()), catalog=catalog())
    scenes = html.split('id="scenes"')[1].split("</section>")[0]
    items = re.findall(r"<li>.*?</li>", scenes, re.S)
    assert [re.search(r"<bdi>(.*?)</bdi>", item)[1] for item in items] == [  # type: ignore[index]
        "a person holding a cup of coffee",
        "a table with cups and a kettle",
        "a sign on a wall",
    ]
    assert [re.search(r'#still-(\d)"', item)[1] for item in items] == ["1", "3", "7"]  # type: ignore[index]
    assert [re.search(r'href="#t=([\d.]+)"', item)[1] for item in items] == ["0.0", "2.6", "6.2"]  # type: ignore[index]
    assert "Confidence: 41\u202f%" in items[1] and "Confidence" not in items[2]
    assert "its words and can be wrong" in scenes


def test_an_image_has_its_caption_without_times() -> None:
    scenes = next(signal for signal in report(texts=()).signals if signal.id == "scenes")
    captions = scenes.evidence["captions"]
    one = captions.model_copy(update={"items": captions.items[:1]})  # type: ignore[union-attr]
    made = image_report(signals=(scenes.model_copy(update={"evidence": {"captions": one}}),))
    section = to_html(made, catalog=catalog()).split('id="scenes"')[1].split("</section>")[0]
    assert "a person holding a cup" in section and "#still-0" in section and "#t=" not in section


def test_an_embedding_is_for_machines() -> None:
    html = to_html(report(), catalog=catalog())
    assert VALUES not in html and "look-alikes" not in html
    assert VALUES in report().to_json()


def test_the_method_says_which_weights_ran_and_how() -> None:
    method = Page(to_html(report(), catalog=catalog())).text.split("Method")[-1]
    assert "blip-base scene-captioning transformers 5.24.0 9cfcdbcaccbc bfloat16, cpu BSD-3-Clause" in method
    assert "silero-vad voice-activity 1.2.1 – – MIT" in method


def test_each_lane_is_one_tab_stop() -> None:
    html = to_html(report(), catalog=catalog())
    groups = re.findall(r'<svg class="track"[^>]*role="group".*?</svg>', html, re.S)
    assert len(groups) >= 9
    for group in groups:
        assert len(re.findall(r'tabindex="0"', group)) == 1


def test_every_lane_has_a_table(hostile: Page) -> None:
    lanes = [attrs for tag, attrs in hostile.tags if tag == "div" and (attrs.get("id") or "").startswith("lane-")]
    assert len([attrs for tag, attrs in hostile.tags if tag == "details" and attrs.get("class") == "twin"]) == len(lanes) > 9


def test_counts_and_words_of_the_verdict(hostile: Page) -> None:
    assert re.search(
        r"Fix before upload Judged for TikTok, organic; limits checked on [0-9-]+\. 3 Failed 3 Warning 3 Passed 1 Not judged",
        hostile.text,
    )
    assert "Not everything was measured." in hostile.text


def test_what_was_not_measured_says_why_and_what_helps(hostile: Page) -> None:
    part = hostile.text.split("What was not measured")[1].split("Timeline")[0]
    for words in (
        "No engine for sentiment is on this machine.",
        "pip install vaderSentiment",
        "A fault in the analyzer",
        "Post text",
    ):
        assert words in part
    assert "There is no sound track." not in part


def test_the_fix_shows_its_moment_with_the_box() -> None:
    html = to_html(report(texts=()), catalog=catalog())
    fix = html.split('id="fix"')[1].split("</section>")[0]
    assert len(re.findall(r'<rect class="frame"', fix)) == 2
    assert 'href="#t=0.1"' in fix
    at_most_five = re.findall(r'<li class="(?:fail|warn)">', fix)
    assert len(at_most_five) == 5


def test_no_picture_of_another_moment() -> None:
    late = report(texts=(), stills=(still(0.0, (9, 9, 9)),), close_ups=())
    fix = to_html(late, catalog=catalog()).split('id="fix"')[1].split("</section>")[0]
    assert "<use" not in fix


def test_french_numbers_and_labels() -> None:
    page = Page(to_html(report(texts=()), catalog=catalog(), lang="fr"))
    assert ("html", {"lang": "fr"}) in page.tags
    assert "12,4\u202fs" in page.text and "0:12,4" in page.text and "48,12\u202fMo" in page.text
    assert "À corriger avant publication" in page.text


def test_an_image_has_no_timeline() -> None:
    page = Page(to_html(image_report(), catalog=catalog()))
    assert not any(tag == "video" for tag, _ in page.tags)
    assert not any(href.startswith("#t=") for href in page.attributes("href"))


def test_a_page_stays_small() -> None:
    heavy = base64.b64encode(bytes(range(256)) * 500).decode()
    stills = tuple(still(n / 10, (9, 9, 9)).model_copy(update={"jpeg": heavy}) for n in range(44))
    spans = {
        f"evidence_{n}": Spans(
            title="Long",
            items=tuple(
                {"start_s": k / 999, "end_s": k / 900, "label": "<&\"'" * 300}
                for k in range(999)  # type: ignore[misc]
            ),
        )
        for n in range(20)
    }
    tracks = (
        report()
        .signals[3]
        .evidence["tracks"]
        .model_copy(update={"items": tuple(text_track("&" * 2000, n / 99, n / 99 + 1, id=n) for n in range(900))})
    )
    big = SignalResult(id="big", title="Big", status="ok", evidence=spans | {"tracks": tracks})
    html = to_html(report(signals=(big,), stills=stills), catalog=())
    assert 100_000 < len(html.encode()) <= MOST_BYTES
    assert "More in the JSON report: " in html


def test_a_forged_report_cannot_format_its_way_out() -> None:
    forged = message("{error.__class__} {error!r} {n:>99999999} {} {{", error="x", n=1)
    reason = Reason(code="x", sentence=forged)
    page = Page(to_html(report(signals=(SignalResult(id="x", title="X", status="failed", reason=reason),)), catalog=()))
    assert "{error.__class__} {error!r} {n:>99999999} {} {{" in page.text


def test_the_same_report_gives_the_same_page() -> None:
    assert to_html(report(), catalog=catalog()) == to_html(report(), catalog=catalog())


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(UsageError, match="en, fr"):
        to_html(report(), lang="xx", catalog=catalog())


def test_rendering_needs_no_numpy() -> None:
    code = (
        "import sys, json; from analyzer.show import to_html; from analyzer.nouns.report import Report\n"
        "r = Report.from_json(sys.stdin.buffer.read()); assert '<html' in to_html(r, catalog=())\n"
        "print([m for m in ('numpy', 'cv2', 'av', 'PIL', 'analyzer.measure.signals') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], input=report().to_json().encode(), capture_output=True, check=True)
    assert done.stdout.strip() == b"[]"
