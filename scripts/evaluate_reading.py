"""What reading only changed regions misses and saves, against reading every kept frame whole.

    python scripts/evaluate_reading.py CLIP [CLIP ...]

A track that the yardstick finds is found when a track of similar text stands at an overlapping time. Prints, for each
clip, recall of tracks that stand at least half a second, frames' worth of detection, recognitions, and processor seconds.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from analyzer.engines import Engines
from analyzer.methods.text_reading import Reader
from analyzer.methods.text_tracking import LineTrack, join, similarity
from analyzer.nouns.media import Media
from analyzer.read.open_media import read_media

ALIKE = 0.8
STANDS_S = 0.5


def tracks(media: Media, engines: Engines, always: bool) -> tuple[list[LineTrack], Reader, float]:
    reader = Reader(engines["ocr"], always=always)
    began = time.process_time()
    seen = [
        reader.read(index, frame.time_s, frame.load(), frame.load_soon() if frame.load_soon else None)
        for index, frame in enumerate(media.frames)
    ]
    return join(seen, [frame.time_s for frame in media.frames]), reader, time.process_time() - began


def span(track: LineTrack, media: Media) -> tuple[float, float]:
    """First and last time at which the track was seen, to the next kept frame."""
    after = track.last.frame + 1
    return media.frames[track.first.frame].time_s, media.frames[after].time_s if after < len(media.frames) else media.duration_s


def main(clips: list[str]) -> None:
    engines = Engines()
    total = found = 0
    for clip in clips:
        with read_media(Path(clip), asset_id="") as media:
            every, all_reader, all_cpu = tracks(media, engines, always=True)
            ours, our_reader, our_cpu = tracks(media, engines, always=False)
            lasting = [t for t in every if span(t, media)[1] - span(t, media)[0] >= STANDS_S and len(t.sightings) > 1]
            missed = [
                t.text
                for t in lasting
                if not any(
                    similarity(t.text, o.text) >= ALIKE
                    and span(o, media)[0] < span(t, media)[1]
                    and span(t, media)[0] < span(o, media)[1]
                    for o in ours
                )
            ]
        total, found = total + len(lasting), found + len(lasting) - len(missed)
        print(
            f"{Path(clip).name:36} tracks {len(lasting):3}, found {len(lasting) - len(missed):3};  "
            f"frames {len(media.frames):3}, "
            f"searched {our_reader.searched:5.1f};  recognized {our_reader.recognized:3} of {all_reader.recognized:3};  "
            f"cpu {our_cpu:5.1f} of {all_cpu:5.1f}  {missed[:6] or ''}"
        )
    print(f"recall {found / max(1, total):.3f} of {total} tracks")


if __name__ == "__main__":
    main(sys.argv[1:])
