"""Facts about written languages that measuring and rendering share."""

from __future__ import annotations

UNSPACED = frozenset({"zh", "yue", "ja", "th", "lo", "my", "km", "bo"})
"""Languages written without spaces between words: those that Whisper's tokenizer splits by character, Khmer and Tibetan
(https://github.com/openai/whisper/blob/main/whisper/tokenizer.py, split_to_word_tokens)."""
