"""What a file in `analyzer/measure/signals` must provide: one `SIGNAL`, a record with a pure `measure`.

`measure(media, engines, needed)` looks at `media`, asks `engines[task]` for an engine (raises `Unavailable` where there is
none: let it pass for a task the signal cannot do without, catch it to report a single metric as unmeasured), and finds the
results of the signals it declared in `needed`. Only results with status ok are there, so a soft need is `needed.get(id)`.
It may raise `NotApplicable` or `Unavailable`; anything else is a fault and becomes `failed`. No I/O, no globals.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from analyzer.nouns.errors import SignalError
from analyzer.nouns.evidence import Evidence, Message, Scalar, TranscriptSegment
from analyzer.nouns.media import Media
from analyzer.nouns.report import Reason, SignalResult

Kind = Literal["image", "video"]


@dataclass(frozen=True)
class Metric:
    """Unit (`s`, `px`, `share`, `ratio`, `LUFS`, `count`, `flag`, `text`, ...) and meaning of one number."""

    unit: str
    meaning: str


class Engines(Protocol):
    """Engines by task, loaded when they are first asked for."""

    def __getitem__(self, task: str) -> Any: ...


@dataclass(frozen=True)
class Dropped:
    """Words that a speech-to-text engine wrote down and that were most likely not said, with the id of the reason."""

    start_s: float
    end_s: float
    text: str
    reason: str


@dataclass(frozen=True)
class Transcribed:
    """What a speech-to-text engine heard."""

    segments: tuple[TranscriptSegment, ...]
    language: str
    """As the engine names it, mostly ISO 639-1."""
    language_probability: float
    """1 where the language was given."""
    dropped: tuple[Dropped, ...] = ()


@dataclass(frozen=True)
class Reading:
    """What a signal measured. Every metric it declares is in `metrics` or in `unmeasured`."""

    metrics: Mapping[str, Scalar]
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    unmeasured: Mapping[str, Reason] = field(default_factory=dict)
    notes: tuple[Message, ...] = ()


Measure = Callable[[Media, Engines, Mapping[str, SignalResult]], Reading]


@dataclass(frozen=True)
class Signal:
    id: str
    """The name of its file."""
    title: str
    why: str
    """One sentence: what a person learns from it."""
    measure: Measure
    metrics: Mapping[str, Metric]
    kinds: tuple[Kind, ...] = ("image", "video")
    tasks: tuple[str, ...] = ()
    """Tasks whose engines it may ask for."""
    given: tuple[str, ...] = ()
    """What is given beside the asset that it reads, of `media.GIVEN`; the rest it does not see."""
    needs: tuple[str, ...] = ()
    """Signals without which it cannot be measured."""
    uses: tuple[str, ...] = ()
    """Signals that make it better where they are there."""


def reason_of(error: SignalError) -> Reason:
    """The reason that an exception carries, for a report."""
    return Reason(code=error.code, sentence=error.sentence, remedy=error.remedy)
