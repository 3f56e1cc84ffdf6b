"""The exceptions of the product, and nothing else.

    AnalyzerError
    ├── MediaError        the asset cannot be read (exit code 3)
    ├── UsageError        the request makes no sense: an unknown profile, a broken profile file (exit code 2)
    └── SignalError
        ├── NotApplicable the measurement does not apply to this asset (status `skipped`)
        └── Unavailable   it could run, but not here and now (status `unavailable`)

The text of every one of them is a sentence for the person who asked.
"""

from __future__ import annotations

from analyzer.nouns.evidence import Message


class AnalyzerError(Exception):
    """Anything that this product raises on purpose."""


class MediaError(AnalyzerError):
    """The asset cannot be read. `code` is stable, for machines; the text is for people."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class UsageError(AnalyzerError):
    """The request cannot be carried out as it stands."""


class SignalError(AnalyzerError):
    """A measurement that was not made, and why."""

    def __init__(self, code: str, sentence: str | Message, remedy: str | Message | None = None) -> None:
        super().__init__(str(sentence))
        self.code = code
        self.sentence = sentence if isinstance(sentence, Message) else Message(text=sentence)
        self.remedy = Message(text=remedy) if isinstance(remedy, str) else remedy


class NotApplicable(SignalError):
    """The measurement does not apply to this asset, or was not asked for."""


class Unavailable(SignalError):
    """The measurement could be made elsewhere: a package or the weights are missing here."""
