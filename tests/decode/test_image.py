"""Images: every format that may be opened can be opened."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from analyzer.decode.image import FORMATS
from analyzer.errors import MediaError
from analyzer.reading import read_media


@pytest.mark.parametrize("kind", FORMATS)
def test_a_format_that_is_on_the_list_is_read(tmp_path: Path, kind: str) -> None:
    file = tmp_path / f"picture.{kind.lower()}"
    Image.new("RGB", (32, 32), (200, 30, 30)).save(file, kind)
    with read_media(file, asset_id="") as media:
        assert (media.asset.width, media.asset.height) == (32, 32)


def test_what_no_reader_knows_is_not_called_damaged(tmp_path: Path) -> None:
    file = tmp_path / "picture.png"
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    with pytest.raises(MediaError) as refused, read_media(file, asset_id=""):
        pass
    assert refused.value.code == "not_media"
