"""What a command asks of the system, seen by strace: the sockets that it opens and the files that it writes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

CALLS = (
    "network,open,openat,openat2,creat,mkdir,mkdirat,mknod,mknodat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,"
    "unlink,unlinkat,rmdir,truncate"
)
HARMLESS = ("/dev/null", "/dev/tty", "/dev/shm/", "/proc/")
"""Written to, and nothing is kept: semaphores lie in /dev/shm."""
UNSET = (
    "CI", "GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD", "JENKINS_URL", "BUILD_ID", "ORT_DISABLE_TELEMETRY", "DO_NOT_TRACK",
    "HF_HUB_DISABLE_TELEMETRY", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "ANALYZER_MODELS_DIR", "HF_HOME", "XDG_CACHE_HOME",
)  # fmt: skip
"""Variables under which libraries keep quiet by themselves, or which name other folders."""


@dataclass(frozen=True)
class Seen:
    """What one command and all processes that it started did."""

    code: int
    errors: str
    sockets: list[str]
    """Every socket but those within this machine (AF_UNIX)."""
    written: list[str]
    """Absolute paths of what was made, changed, renamed or deleted."""

    def strangers(self, *allowed: Path) -> list[str]:
        """What was written outside these folders."""
        roots = tuple(f"{folder.resolve()}{os.sep}" for folder in allowed)
        return [path for path in self.written if not f"{path}{os.sep}".startswith(roots)]


def traced(folder: Path, *words: str, program: str = "import analyzer.__main__ as m; m.main()", **environment: str) -> Seen:
    """Run `analyzer` with these words under strace; its home, cache, temporary and models folder lie in `folder`.

    Fails where strace is not there in continuous integration, and skips elsewhere.
    """
    strace = shutil.which("strace")
    if strace is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("strace is not installed: apt-get install -y strace")
    for name in ("home", "cache", "temporary", "trace", "work"):
        (folder / name).mkdir(exist_ok=True)
    own = {
        "HOME": str(folder / "home"), "ANALYZER_CACHE_DIR": str(folder / "cache"), "TMPDIR": str(folder / "temporary"),
        "ANALYZER_MODELS_DIR": str(folder / "models"), "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": str(Path(__file__).parent.parent),
    }  # fmt: skip
    kept = {name: value for name, value in os.environ.items() if name not in UNSET}
    done = subprocess.run(
        [strace, "-ff", "-y", "-qq", "-s", "4096", "-o", str(folder / "trace" / "of"), "-e", f"trace={CALLS}"]
        + [sys.executable, "-c", program, *words],
        cwd=folder / "work", env=kept | own | environment, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    lines = [line for path in (folder / "trace").iterdir() for line in path.read_text(errors="replace").splitlines()]
    shutil.rmtree(folder / "trace")
    assert any("openat(" in line for line in lines), f"strace saw nothing: {done.stderr}"
    sockets = [line for line in lines if re.match(r"(socket|socketpair)\((?!AF_UNIX)", line)]
    written = [path for line in lines if _succeeded(line) for path in _written(line, folder / "work")]
    return Seen(done.returncode, done.stderr, sockets, [path for path in written if not path.startswith(HARMLESS)])


def _succeeded(line: str) -> bool:
    return " = -1 E" not in line


def _written(line: str, work: Path) -> list[str]:
    """The absolute paths that a call changes, `work` being where the command runs; reading changes none."""
    call = line.partition("(")[0]
    if call in ("open", "openat", "openat2") and not re.search(r"O_(WRONLY|RDWR|CREAT|TRUNC|APPEND)", line):
        return []
    if call not in CALLS.split(","):
        return []
    found = re.findall(r'(?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"((?:[^"\\]|\\.)*)"', line)
    return [os.path.normpath(os.path.join(work, base, path)) for base, path in found]
