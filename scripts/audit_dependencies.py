"""Asks the vulnerability services whether a package of constraints.txt has a known hole: `make audit-deps`.

Exit code 0 where every package was looked up and none has one, 1 where one has, 2 where some could not be looked up, as
without a network. pip-audit alone ends with 0 when it finds no package at the service, which is no pass.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

CONSTRAINTS = Path(__file__).parent.parent / "constraints.txt"
SERVICES = ("pypi", "osv")
"""https://pypi.org/pypi/NAME/VERSION/json and https://api.osv.dev, one after the other."""
NOTHING = "Nothing was audited: no vulnerability service could be reached. Run `make audit-deps` where there is a network.\n"


def looked_up(service: str) -> list[dict[str, Any]]:
    """What a service knows of the pinned packages, as pip-audit tells it; empty where it does not answer."""
    words = ["--service", service, "--no-deps", "--disable-pip", "--timeout", "15", "--format", "json"]
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pip_audit", *words, "--requirement", str(CONSTRAINTS)],
            capture_output=True, text=True, timeout=600,
        )  # fmt: skip
        return list(json.loads(done.stdout)["dependencies"])
    except (ValueError, KeyError, subprocess.TimeoutExpired):
        return []


def told(packages: list[dict[str, Any]]) -> tuple[int, str]:
    """Exit code and text for what was looked up."""
    audited = [package for package in packages if "skip_reason" not in package]
    missed = [package["name"] for package in packages if "skip_reason" in package]
    holes = [(package, hole) for package in audited for hole in package["vulns"]]
    if not audited:
        return 2, NOTHING
    lines = [f"{len(audited)} packages were looked up, {len(holes)} known holes were found."]
    for package, hole in holes:
        mended = ", ".join(hole["fix_versions"]) or "no version yet"
        lines.append(f"{package['name']} {package['version']}: {hole['id']}, mended in {mended}")
    if missed:
        lines.append(f"Not looked up, so not known: {', '.join(sorted(missed))}.")
    return 1 if holes else 2 if missed else 0, "\n".join(lines) + "\n"


def main() -> None:
    code, text = 2, NOTHING
    for service in SERVICES:
        code, text = told(looked_up(service))
        if text != NOTHING:
            break
    sys.stdout.write(text)
    raise SystemExit(code)


if __name__ == "__main__":
    main()
