"""Language identification with py3langid: the language of a text, or none where it is too short or not clear."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analyzer.engines.runtime import Runtime
from analyzer.weights.manifests import Manifest


def load(manifest: Manifest, runtime: Runtime) -> LangId:
    """The identifier of a manifest, which chooses among the manifest's languages alone."""
    return LangId(manifest.languages, **manifest.settings)


class LangId:
    """Names the language of a text."""

    def __init__(self, languages: Sequence[str], *, file: str, fewest_bytes: int, least_confidence: float) -> None:
        """Names nothing below `fewest_bytes` of letters in UTF-8, which is what the model reads, or `least_confidence`."""
        from py3langid.langid import LanguageIdentifier

        self._identifier: Any = LanguageIdentifier.from_model_file(file, norm_probs=True)
        self._identifier.set_languages(list(languages))
        self._fewest_bytes, self._least_confidence = fewest_bytes, least_confidence

    def identify(self, text: str) -> tuple[str | None, float]:
        """The ISO 639-1 code of a text's language, None where it is not clear, and the probability among the known ones."""
        if len("".join(filter(str.isalpha, text)).encode()) < self._fewest_bytes:
            return None, 0.0
        code, confidence = self._identifier.classify(text)
        return (str(code) if confidence >= self._least_confidence else None), round(float(confidence), 3)
