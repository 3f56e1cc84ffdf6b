"""Reading a file that is not readable, in tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from analyzer.nouns.errors import MediaError
from analyzer.read.open_media import read_media


def refused(path: Path, **options: Any) -> MediaError:
    """The error that a file ends in."""
    with pytest.raises(MediaError) as caught, read_media(path, asset_id="x", **options):
        pass
    assert str(caught.value).endswith(".") and "Error" not in str(caught.value)
    return caught.value
