"""SECURITY.md names the test that shows what is promised: every one of them is there."""

from __future__ import annotations

import re

from tests.conftest import ROOT


def test_every_named_test_exists() -> None:
    named = set(re.findall(r"`(tests/[\w/]+\.py)`", (ROOT / "SECURITY.md").read_text(encoding="utf-8")))
    assert len(named) > 15
    assert sorted(name for name in named if not (ROOT / name).is_file()) == []
