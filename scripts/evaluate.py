"""How right the product is, over labelled material: one table, a line for each signal and measure.

    python scripts/evaluate.py [--only PART ...] [--report] [--write] [--details]

Thresholds are set with the seed `TUNED`; the seed `REPORTED` gives material that nobody looks at otherwise:
`--report` uses it, `--write` besides writes docs/ACCURACY.md. Parts that need the real material of `../shared/data` (or
`--data`) are left out without it. The material is drawn anew by code; what was drawn is kept in the temporary folder.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from evaluation.figures import Figure, Setup, fonts

ROOT = Path(__file__).parent.parent
TUNED, REPORTED = 7, 20_261_125
PARTS = {
    "lines": "Contrast, size and place of drawn lines",
    "clips": "Text and captions in drawn clips",
    "layouts": "Kinds of text in made layouts",
    "shots": "Cuts, dissolves and fades",
    "light": "Black, stills, flashes",
    "colours": "Palettes",
    "sound": "Loudness, true peak, first speech",
    "words": "Hook types, weak openers, sentiment, language",
    "real": "Real clips and photographs",
    "stability": "The same verdict where a viewer sees the same",
    "sets": "Audits of sets, comparisons of two cuts",
}
"""Modules of `scripts/evaluation`, in the order in which they run."""


LIMITS = """\
## Limits

The drawn material is the project's own: it shows errors against an exact truth, not how often they come up in clips of
strangers. What text the photographs hold of their own counts neither way (see the part `clips`). The fonts are few. Voices are
those of a handful of recordings in English. Every figure is that of the embedded models. The second labeller of the real clips
and the authors of openers and of irony who knew none of our patterns were language models that were shown neither code nor
results; no person has labelled anything a second time.

The first labels of real clips and faces (`scripts/data/real_clips.toml`) were made once, by watching. Mistakes were looked for
on them and mended, so that their figures flatter: of twelve lines whose kind was wrong at first, ten were mended by rules made
on these very clips, and so were the two false cuts. Faces were proposed by YuNet and looked at; one that it misses is missing
from the labels, and the cascade that comes with OpenCV was chosen and is measured against them.

An aim for an error is held against its median unless the line says p95; the p90 beside it shows the tail. Moods, captions in
other languages, the phrases of speech, the photographs whose palettes are compared and the real clips are the same for every
seed, so they are not a second set. Phrases were chosen anew after a first look at their misses: a word must begin with them
where words are timed, and longer ones count, which took the tuning seed's p95 from 0.27 to 0.05 s clean and from 0.55 to 0.34 s
at 0 dB. The aim at 0 dB is thus missed on one seed and met on the other, of 29 phrases each.

Known weak spots: text of a scene in front of a still camera is taken for a headline; Latin lines written upwards are not read;
blanks between heavy capitals are lost; plain letters on a photograph of their own luminance, and outlined ones of 18 to 26 px,
whose strokes no pixel shows pure; a jump cut where only a head moves before a camera at rest is mostly missed; wipes and pushes
are not seen; a letterboxed fade under way in the first frame is not seen; sarcasm that names no trouble; profiles and small
faces; motion smaller than a thumbnail pixel.
"""


def table(figures: Sequence[Figure]) -> str:
    """Markdown."""
    rows = ["| signal | measure | figure | aim | met | on |", "|---|---|---|---|---|---|"]
    met = {None: "", True: "yes", False: "**no**"}
    rows += [f"| {f.signal} | {f.measure} | {f.value} | {f.aim} | {met[f.met]} | {f.count} |" for f in figures]
    return "\n".join(rows)


def written(figures: Sequence[Figure], seed: int, seconds: float) -> str:
    """docs/ACCURACY.md."""
    parts = [f"- **{title}** (`{name}`): " + " ".join((material(name)).split()) for name, title in PARTS.items()]
    return "\n".join(
        [
            "# How right it is", "",
            f"Written by `python scripts/evaluate.py --write`, seed {seed}, {seconds:.0f} CPU s. Thresholds were set on other",
            f"seeds (`python scripts/evaluate.py`, seed {TUNED}); figures that fall short of their aim stand as they are.", "",
            table(figures), "", "## Material", "", *parts, "",
            f"Fonts drawn with: {', '.join(Path(name).stem for name in fonts())}.", "", LIMITS,
        ]
    )  # fmt: skip


def material(name: str) -> str:
    """What a part says of its material."""
    return import_module(f"evaluation.{name}").__doc__ or ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=list(PARTS), default=list(PARTS), metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--seed", type=int, default=TUNED)
    parser.add_argument("--report", action="store_true", help="use the seed that nothing was tuned on")
    parser.add_argument("--write", action="store_true", help="write docs/ACCURACY.md, with the seed that nothing was tuned on")
    parser.add_argument("--details", action="store_true", help="print every error")
    options = parser.parse_args()
    setup = Setup(REPORTED if options.report or options.write else options.seed, options.data, options.details)
    figures: list[Figure] = []
    start = time.process_time()
    for name in options.only:
        began = time.process_time()
        found = import_module(f"evaluation.{name}").measure(setup)
        print(f"{PARTS[name]} ({time.process_time() - began:.0f} CPU s)")
        for figure in found:
            met = {None: " ", True: "+", False: "-"}[figure.met]
            print(f" {met} {figure.signal:16} {figure.measure:58} {figure.value:32} {figure.aim:10} {figure.count}", flush=True)
        figures += found
    if options.write:
        (ROOT / "docs" / "ACCURACY.md").write_text(written(figures, setup.seed, time.process_time() - start), encoding="utf-8")


if __name__ == "__main__":
    main()
