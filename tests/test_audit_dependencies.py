"""What `make audit-deps` says of the answers of a vulnerability service: a package that was not looked up is never a pass."""

from __future__ import annotations

from typing import Any

from scripts.audit_dependencies import told

SOUND: dict[str, Any] = {"name": "av", "version": "18.1.0", "vulns": []}
SKIPPED = {"name": "torch", "skip_reason": "Dependency not found on PyPI and could not be audited: torch (2.13.0)"}
HOLED = {"name": "pillow", "version": "13.0.0", "vulns": [{"id": "CVE-1", "fix_versions": ["13.0.1"], "description": "x"}]}


def test_all_looked_up_and_none_known_passes() -> None:
    assert told([SOUND]) == (0, "1 packages were looked up, 0 known holes were found.\n")


def test_no_answer_is_said_and_is_no_pass() -> None:
    assert told([])[0] == told([SKIPPED])[0] == 2
    assert told([SKIPPED])[1].startswith("Nothing was audited")


def test_a_package_that_was_not_looked_up_is_named() -> None:
    code, text = told([SOUND, SKIPPED])
    assert code == 2 and "not known: torch" in text


def test_a_hole_is_named_with_the_version_that_mends_it() -> None:
    code, text = told([SOUND, HOLED, SKIPPED])
    assert code == 1 and "pillow 13.0.0: CVE-1, mended in 13.0.1" in text
