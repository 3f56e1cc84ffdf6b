"""The user's files, opened once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from analyzer.nouns.errors import MediaError
from analyzer.read.opening import check_regular


def test_a_folder_without_rights_is_not_called_a_file_of_the_wrong_kind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(MediaError, match="Permission denied"):
        check_regular(tmp_path)
