"""What was not measured, briefly: one line a command, and nothing that does not apply."""

from __future__ import annotations

import io

from rich.console import Console

from analyzer.nouns.evidence import message
from analyzer.nouns.report import Reason, Report, SignalResult
from analyzer.show import print_terminal, to_html, to_markdown
from analyzer.show.gaps import gaps_of
from tests.make import asset


def wanting(task: str, model: str) -> Reason:
    return Reason(
        code="missing_weights",
        sentence=message("The model for {task} is not on this machine.", task=task),
        remedy=message("analyzer models pull {model}", model=model),
    )


def signal(identity: str, reason: Reason, status: str = "unavailable") -> SignalResult:
    return SignalResult(id=identity, title=identity.title(), status=status, reason=reason)  # type: ignore[arg-type]


def report(*signals: SignalResult) -> Report:
    return Report(analyzer_version="0", asset=asset(), complete=False, signals=signals)


SCENES = signal("scenes", wanting("scene-captioning", "blip-base"))
CONTENT = signal("content", wanting("image-text-matching", "clip-vit-b32-int8"))
SAFETY = signal("safety", wanting("image-safety", "falconsai-nsfw-int8"))
SPEECH = SignalResult(
    id="speech", title="Speech", status="ok", metrics={"has_speech": True},
    unmeasured=dict.fromkeys(("transcript", "language"), wanting("image-safety", "falconsai-nsfw-int8")),
)  # fmt: skip
BROKEN = signal("faces", Reason(code="exception", sentence=message("A fault.")), "failed")
SKIPPED = signal("sound", Reason(code="no_audio", sentence=message("There is no sound track.")), "skipped")
LEFT_OUT = signal("flash", Reason(code="not_requested", sentence=message("It was not asked for.")), "skipped")


def test_models_that_are_missing_are_one_gap_with_one_command() -> None:
    broken, models = gaps_of(report(SCENES, BROKEN, CONTENT, SAFETY))
    assert broken.signals == (BROKEN,) and str(broken.reason.sentence) == "A fault."
    assert models.signals == (SCENES, CONTENT, SAFETY)
    assert str(models.reason.remedy) == "analyzer models pull standard", "the smallest preset that has all three"


def test_the_smallest_preset_is_named() -> None:
    [gap] = gaps_of(report(CONTENT, SAFETY))
    assert str(gap.reason.remedy) == "analyzer models pull light"


def test_where_no_preset_has_them_all_the_models_are_named() -> None:
    [gap] = gaps_of(report(CONTENT, signal("odd", wanting("no-such-task", "odd-model"))))
    assert str(gap.reason.remedy) == "analyzer models pull clip-vit-b32-int8 odd-model"


def test_a_single_missing_model_keeps_its_own_words() -> None:
    [gap] = gaps_of(report(SCENES, SKIPPED))
    assert gap.reason == SCENES.reason


def test_a_signal_of_which_a_part_is_missing_joins_the_others_once() -> None:
    [gap] = gaps_of(report(SCENES, SPEECH))
    assert [each.id for each in gap.signals] == ["scenes", "speech"] and gap.metrics == ()
    [alone] = gaps_of(report(SPEECH))
    assert alone.metrics == ("transcript", "language")


def test_what_does_not_apply_is_no_gap_and_what_was_left_out_only_on_request() -> None:
    assert gaps_of(report(SKIPPED)) == ()
    assert len(gaps_of(report(LEFT_OUT))) == 1 and gaps_of(report(LEFT_OUT), left_out=False) == ()


def test_page_terminal_and_ticket_say_it_in_one_line() -> None:
    made = report(SCENES, CONTENT, SAFETY)
    console = Console(file=io.StringIO(), width=200)
    print_terminal(made, console)
    line = "Scenes · Content · Safety: Models for this are not on this machine. analyzer models pull standard"
    assert f"? {line}" in " ".join(console.file.getvalue().split())  # type: ignore[attr-defined]
    assert "- **Scenes · Content · Safety**: Models for this" in to_markdown(made)
    section = to_html(made, catalog=()).split('id="not-measured"')[1].split("</section>")[0]
    assert section.count("<li>") == 1 and "analyzer models pull standard" in section
