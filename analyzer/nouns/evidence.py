"""The field's nouns, and the closed set of shapes in which evidence is reported.

Times are seconds of presentation time from the start of the asset. Boxes are fractions of the displayed frame.
A signal reports evidence only in the shapes of `Evidence`, so no template knows any signal. Only data lives here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, FailFast, Field, model_validator

from analyzer.nouns.sentences import filled, formatted

Scalar = str | int | float | bool | None
T = TypeVar("T")
Items = Annotated[tuple[T, ...], FailFast()]
"""Records of one shape. The first that is none ends the reading, so that a hostile list makes one error and not a million."""
Scalars = Annotated[dict[str, Scalar], Field(max_length=1000)]
"""Named values; the bound is far above what any signal measures."""


class Noun(BaseModel):
    """A frozen record that refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")


class Message(Noun):
    """A sentence as an English template and its parameters, so that it can be shown in another language later."""

    text: str
    """English template (`analyzer.nouns.sentences`). It is also the key of the translation."""
    params: Scalars = {}

    def __str__(self) -> str:
        return filled(self.text, self.params, lambda name, value, spec: formatted(value, spec))


def message(text: str, **params: Scalar) -> Message:
    """Make a `Message`; a test collects the literal first arguments, so that every one has its translation."""
    return Message(text=text, params=params)


class BoundingBox(Noun):
    """A box in fractions (0..1) of the displayed frame: left, top, right, bottom."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        return max(0.0, self.x1 - self.x0)

    @property
    def height(self) -> float:
        return max(0.0, self.y1 - self.y0)

    @property
    def area(self) -> float:
        return self.width * self.height

    def intersection(self, other: BoundingBox) -> float:
        """Area that both boxes cover."""
        width = min(self.x1, other.x1) - max(self.x0, other.x0)
        height = min(self.y1, other.y1) - max(self.y0, other.y0)
        return max(0.0, width) * max(0.0, height)

    def iou(self, other: BoundingBox) -> float:
        """Intersection over union, 0..1."""
        both = self.intersection(other)
        return both / (self.area + other.area - both) if both else 0.0

    def union(self, other: BoundingBox) -> BoundingBox:
        """The smallest box that holds both."""
        return BoundingBox(
            x0=min(self.x0, other.x0), y0=min(self.y0, other.y0), x1=max(self.x1, other.x1), y1=max(self.y1, other.y1)
        )


class Span(Noun):
    """A stretch of time with a label: black, freeze, silence, speech, flash."""

    start_s: float
    end_s: float
    label: str = ""
    value: float | None = None
    """What was measured in it, in the unit that its evidence states."""
    box: BoundingBox | None = None

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s


class Shot(Noun):
    """An uninterrupted run of frames, and how it began."""

    start_s: float
    end_s: float
    transition: Literal["start", "cut", "dissolve", "fade"]


class OcrLine(Noun):
    """One line of text as one frame showed it."""

    time_s: float
    text: str
    box: BoundingBox
    confidence: float


class ColourPair(Noun):
    """The two colours whose contrast was measured, the frame and the place where it was."""

    time_s: float
    box: BoundingBox
    letters: str
    """Colours as `#rrggbb`."""
    ground: str
    """What the letters were compared with: an outline, a box or the picture behind them."""
    ratio: float


TextRole = Literal["caption", "headline", "scene_text", "watermark", "unsure"]


class TextTrack(Noun):
    """The same line of text followed over time."""

    id: int
    text: str
    box: BoundingBox
    start_s: float
    end_s: float
    role: TextRole
    confidence: float
    height_px: float
    """Height of the drawn line in pixels of the displayed frame, from the top of ascenders to the foot of descenders."""
    contrast: float | None = None
    """WCAG contrast ratio of letters against their surroundings, worst decile over the track's life; null: not separable."""
    contrast_median: float | None = None
    colours: ColourPair | None = None
    """Of the frame whose contrast is nearest to `contrast`."""
    needed_s: float
    """Seconds that a reader needs for it."""

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s


class Cue(Noun):
    """A subtitle cue: text with its time on screen."""

    start_s: float
    end_s: float
    text: str
    cps: float | None = None
    """Reading speed in characters a second."""
    speed_share: float | None = None
    """Reading speed as a share of what its language allows."""
    delay_s: float | None = None
    """By how much it starts after the span of speech that begins with it, negative is before; null: none begins with it."""


class Word(Noun):
    start_s: float
    end_s: float
    text: str
    confidence: float | None = None


class TranscriptSegment(Noun):
    start_s: float
    end_s: float
    text: str
    confidence: float | None = None
    words: Items[Word] = ()


class Detection(Noun):
    """An object or a face in one frame."""

    time_s: float
    label: str
    box: BoundingBox
    confidence: float


class Track(Noun):
    """A detection followed over time; `box` is where it was largest."""

    start_s: float
    end_s: float
    label: str
    box: BoundingBox
    confidence: float


class Caption(Noun):
    """A sentence that a model wrote about the picture of a stretch of time; `time_s` is the frame that it saw."""

    start_s: float
    end_s: float
    time_s: float
    text: str
    confidence: float | None = None


class Swatch(Noun):
    """A colour and the share (0..1) of the picture that has it."""

    hex: str
    share: float
    name: str = ""


class PaletteSpan(Noun):
    """The swatches of a stretch of time, largest share first."""

    start_s: float
    end_s: float
    swatches: Items[Swatch]


class Moment(Noun):
    """A point in time with a sentence."""

    time_s: float | None
    text: Message
    sign: Literal[-1, 0, 1] = 0
    """Whether it speaks for (1) or against (-1); 0 is neither."""
    quote: str = ""
    """The words of the asset that show it."""


class Shots(Noun):
    kind: Literal["shots"] = "shots"
    title: str
    items: Items[Shot]


class Spans(Noun):
    kind: Literal["spans"] = "spans"
    title: str
    unit: str = ""
    items: Items[Span]


class TextTracks(Noun):
    kind: Literal["text_tracks"] = "text_tracks"
    title: str
    items: Items[TextTrack]


class Cues(Noun):
    kind: Literal["cues"] = "cues"
    title: str
    origin: Literal["burned_in", "embedded", "sidecar"]
    language: str | None = None
    items: Items[Cue]


class Transcript(Noun):
    kind: Literal["transcript"] = "transcript"
    title: str
    language: str | None = None
    items: Items[TranscriptSegment]


class Detections(Noun):
    kind: Literal["detections"] = "detections"
    title: str
    items: Items[Detection]


class Tracks(Noun):
    kind: Literal["tracks"] = "tracks"
    title: str
    items: Items[Track]


class Captions(Noun):
    kind: Literal["captions"] = "captions"
    title: str
    items: Items[Caption]


class Embedding(Noun):
    """The direction in which a model places an asset: look-alikes lie close. For machines, not for people."""

    kind: Literal["embedding"] = "embedding"
    title: str
    model: str
    """Id of the model; embeddings of different models cannot be compared."""
    dims: int
    values: str
    """Base64 of `dims` little-endian 16-bit floats, of unit length."""


class Palette(Noun):
    kind: Literal["palette"] = "palette"
    title: str
    items: Items[PaletteSpan]


class Moments(Noun):
    kind: Literal["moments"] = "moments"
    title: str
    items: Items[Moment]


class Series(Noun):
    """A curve over time, at most about 1,000 points."""

    kind: Literal["series"] = "series"
    title: str
    unit: str
    times_s: Items[float]
    values: Items[float]

    @model_validator(mode="after")
    def _paired(self) -> Self:
        if len(self.times_s) != len(self.values):
            raise ValueError("there are as many times as values")
        return self


class Table(Noun):
    """Rows of facts. Column titles are translated, cells are shown as they are."""

    kind: Literal["table"] = "table"
    title: str
    columns: Items[str]
    rows: Items[Items[Scalar]]


Evidence = Annotated[
    Shots
    | Spans
    | TextTracks
    | Cues
    | Transcript
    | Detections
    | Tracks
    | Captions
    | Palette
    | Moments
    | Series
    | Table
    | Embedding,
    Field(discriminator="kind"),
]


def items_of(evidence: Any) -> tuple[Any, ...]:
    """The timed records of a block of evidence; a series and a table have none."""
    return getattr(evidence, "items", ())


def field_of(item: Any, name: str) -> Any:
    """A field or property of a record, or of a mapping that stands for one."""
    return item.get(name) if isinstance(item, Mapping) else getattr(item, name, None)
