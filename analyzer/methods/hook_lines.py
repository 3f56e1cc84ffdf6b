"""Lines of text in the opening: which appear first, which go together, which are lost on a viewer.

Pure functions on text tracks; what the words promise is told by `hook_text`.
"""

from __future__ import annotations

from collections.abc import Sequence

from analyzer.nouns.evidence import TextTrack

TOGETHER_S = 0.4
"""Lines that appear within this time of each other are one sentence (project choice)."""
VISIBLE_CONTRAST = 2.0
"""Contrast below which text is lost (project choice)."""


def joined(lines: Sequence[TextTrack]) -> str:
    """Lines that appear together as one sentence, from top to bottom, the others on lines of their own."""
    groups: list[list[TextTrack]] = []
    for line in lines:
        if groups and line.role == groups[-1][0].role and line.start_s - groups[-1][0].start_s <= TOGETHER_S:
            groups[-1].append(line)
        else:
            groups.append([line])
    ordered = (sorted(group, key=lambda line: (line.box.y0, line.box.x0)) for group in groups)
    return "\n".join(" ".join(line.text for line in group) for group in ordered)


def first_lines(lines: Sequence[TextTrack]) -> list[TextTrack]:
    """The lines that appear first, together, of lines in order of time; one that is lost for a moment stands on."""
    whole: dict[str, TextTrack] = {}
    for line in lines:
        before = whole.setdefault(line.text, line)
        if line.start_s <= before.end_s + TOGETHER_S:
            whole[line.text] = before.model_copy(update={"end_s": max(before.end_s, line.end_s)})
    return [line for line in whole.values() if line.start_s - lines[0].start_s <= TOGETHER_S]


def is_lost(line: TextTrack) -> bool:
    """Whether a line is gone before it can be read, or hardly visible."""
    pale = line.contrast_median is not None and line.contrast_median < VISIBLE_CONTRAST
    return line.duration_s < line.needed_s or pale
