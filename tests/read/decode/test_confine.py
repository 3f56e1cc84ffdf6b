"""A decoder that was taken over reaches nothing: what a hostile asset might try is tried in the confined process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from analyzer.read.decode import seccomp
from analyzer.read.decode.confine import EVERYTHING

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="confinement in force is that of Linux")

LOCKED = """
import ctypes, errno, json, mmap, os, select, signal, socket, sys, threading, time
import analyzer.read.decode.reader
from analyzer.read.decode.confine import Confinement
from analyzer.read.decode.limits import Limits
spool, outside, as_nobody, without = sys.argv[1:5]
if without:
    from analyzer.read.decode import confine, landlock, seccomp
    def missing(libc): raise OSError(errno.ENOSYS, "not in this kernel")
    if "landlock" in without: landlock.restrict = missing
    if "seccomp" in without: seccomp.load = missing
    if "unshare" in without: confine._leave_network = lambda: missing(None)
if as_nobody:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
held = open(spool + "/held", "r+b")
libc = ctypes.CDLL(None, use_errno=True)
confinement = Confinement()
confinement.enter(Limits())
confinement.lock()
parent = os.getppid()

def call(number, *arguments):
    result = libc.syscall(number, *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result

def linked():
    os.symlink("/etc/passwd", spool + "/link")
    return open(spool + "/link").read()

def forked():
    if os.fork() == 0:
        os._exit(0)

class Vector(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))

here = ctypes.create_string_buffer(8)
local = remote = ctypes.byref(Vector(ctypes.addressof(here), 8))
attempts = {
    "internet socket": lambda: socket.socket(socket.AF_INET),
    "unix socket": lambda: socket.socket(socket.AF_UNIX),
    "netlink socket": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
    "socket pair": lambda: socket.socketpair(),
    "write outside": lambda: open(outside + "/x", "w"),
    "write in the spool": lambda: open(spool + "/x", "w"),
    "delete": lambda: os.unlink(spool + "/held"),
    "rename": lambda: os.rename(spool + "/held", outside + "/held"),
    "read passwd": lambda: open("/etc/passwd").read(),
    "read what lies outside": lambda: open(outside + "/secret").read(),
    "list the home": lambda: os.listdir(os.path.expanduser("~")),
    "link out of the spool": linked,
    "reopen a descriptor": lambda: open(f"/proc/self/fd/{held.fileno()}", "w"),
    "run a shell": lambda: os.execv("/bin/sh", ["sh", "-c", "true"]),
    "fork": forked,
    "spawn": lambda: os.posix_spawn("/bin/sh", ["sh", "-c", "true"], {}),
    "trace the parent": lambda: call(SYS["ptrace"], 16, parent, 0, 0),
    "read the parent's memory": lambda: call(SYS["process_vm_readv"], parent, local, 1, remote, 1, 0),
    "open the parent's memory": lambda: open(f"/proc/{parent}/mem", "rb"),
    "open the parent's environment": lambda: open(f"/proc/{parent}/environ", "rb").read(),
    "signal the parent": lambda: os.kill(parent, 0),
    "signal a thread of the parent": lambda: call(SYS["tgkill"], parent, parent, 0),
    "own a signal of the parent": lambda: __import__("fcntl").fcntl(0, 8, parent),
    "limit the parent": lambda: __import__("resource").prlimit(parent, 7),
    "outlive the parent": lambda: call(SYS["prctl"], 1, 0),
    "io_uring": lambda: call(425, 1, ctypes.byref(ctypes.create_string_buffer(120))),
    "a handle on the parent": lambda: call(434, parent, 0),
    "a namespace": lambda: call(SYS["unshare"], 0x10000000),
    "an anonymous program": lambda: os.memfd_create("x"),
}
SYS = json.loads(sys.argv[5])
if len(without.split()) == 3:
    attempts = {name: attempts[name] for name in ("read passwd", "internet socket", "write outside")}
done = {}
for name, attempt in attempts.items():
    try:
        attempt()
    except (OSError, ImportError):
        continue
    done[name] = True
threads = []
thread = threading.Thread(target=lambda: threads.append(held.write(b"spool")))
thread.start(); thread.join(); held.flush()
print(json.dumps({"done": sorted(done), "told": confinement.told(), "threads": threads, "environ": dict(os.environ)}))
sys.stdout.flush()
os._exit(0)
"""
NUMBERS = {
    "x86_64": {"ptrace": 101, "process_vm_readv": 310, "tgkill": 234, "prctl": 157, "unshare": 272},
    "aarch64": {"ptrace": 117, "process_vm_readv": 270, "tgkill": 131, "prctl": 167, "unshare": 97},
}


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that anybody may enter, unlike those of pytest."""
    with tempfile.TemporaryDirectory(prefix="confine-", dir="/tmp") as folder:
        yield Path(folder)


def taken_over(folder: Path, user: str, without: str = "") -> dict[str, object]:
    """What a process that turns hostile once it is locked could do."""
    from analyzer.read.decoder import environment

    if user == "nobody" and os.getuid() != 0:
        pytest.skip("only root can become nobody")
    machine = os.uname().machine
    if machine not in NUMBERS:
        pytest.skip(f"the numbers of calls on {machine} are not known")
    folder.chmod(0o755)
    (folder / "outside").mkdir()
    (folder / "outside" / "secret").write_text("a secret")
    (folder / "spool").mkdir()
    (folder / "spool" / "held").touch()
    for path in folder.rglob("*"):
        path.chmod(0o777)
    ran = subprocess.run(
        [
            sys.executable, "-c", LOCKED, str(folder / "spool"), str(folder / "outside"), "yes" if user == "nobody" else "",
            without, json.dumps(NUMBERS[machine]),
        ],  # fmt: skip
        env=environment(os.environ | {"MY_API_KEY": "a secret"}), capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    found: dict[str, object] = json.loads(ran.stdout)
    return found


@pytest.mark.parametrize("user", ["root", "nobody"])
def test_nothing_that_is_tried_succeeds(place: Path, user: str) -> None:
    found = taken_over(place, user)
    if found["told"]["failed"]:  # type: ignore[index]
        pytest.skip(f"this machine does not offer all of it: {found['told']}")
    assert found["done"] == []
    assert found["told"] == {"kept_from": list(EVERYTHING), "not_kept_from": [], "failed": []}
    assert found["threads"] == [5], "threads run, and what is held open can be written"
    assert "a secret" not in str(found["environ"])
    assert [path.name for path in (place / "outside").iterdir()] == ["secret"]


@pytest.mark.parametrize("without", ["landlock", "seccomp", "unshare"])
def test_each_lock_holds_by_itself_and_tells_what_is_missing(place: Path, without: str) -> None:
    found = taken_over(place, "nobody", without)
    told = found["told"]
    assert any("not in this kernel" in why for why in told["failed"])  # type: ignore[index]
    if without in ("landlock", "unshare"):
        assert found["done"] == [] and told["not_kept_from"] == []  # type: ignore[index]
    else:
        tried = set(found["done"])  # type: ignore[call-overload]
        assert "needless system calls" in told["not_kept_from"]  # type: ignore[index]
        assert not tried & {"write outside", "read passwd", "run a shell", "read the parent's memory", "signal the parent"}


def test_without_any_lock_nothing_is_claimed(place: Path) -> None:
    found = taken_over(place, "root", "landlock seccomp unshare")
    assert found["told"]["kept_from"] == ["secrets of the environment"]  # type: ignore[index]
    assert {"read passwd", "internet socket", "write outside"} == set(found["done"])  # type: ignore[call-overload]


def test_an_unknown_architecture_has_no_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.uname", lambda: type("Uname", (), {"machine": "riscv64"})())
    with pytest.raises(OSError, match="no filter is known for riscv64"):
        seccomp.load(None)


def test_reading_imports_and_opens_nothing_more(tmp_path: Path) -> None:
    """What is imported late would fail behind the lock."""
    from PIL import Image

    from tests.clips import encode, plain, tone

    encode(tmp_path / "a.mp4", plain((9, 90, 9), 9), sound=tone(0.3))
    encode(tmp_path / "b.mkv", plain((9, 90, 9), 9), sound=tone(0.3))
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 29.0), 3: "E", 4: (2.0, 17.0, 40.0)})
    picture = Image.new("RGB", (40, 30), "red")
    for suffix in ("jpg", "png", "webp", "tiff", "avif", "jp2", "bmp", "ppm", "ico", "gif"):
        picture.save(tmp_path / f"c.{suffix}", **({"exif": exif} if suffix in ("jpg", "png", "webp", "tiff") else {}))
    picture.convert("P").save(tmp_path / "p.png", transparency=0)
    picture.save(tmp_path / "moves.gif", save_all=True, append_images=[Image.new("RGB", (40, 30), "blue")])
    (tmp_path / "s.srt").write_bytes(b"1\n00:00:01,000 --> 00:00:02,000\nO\xe9\n")
    code = """
import io, os, sys, tempfile
from pathlib import Path
import analyzer.read.decode.reader as reader
from analyzer.read.decode import subtitles
from analyzer.read.decode.limits import Limits
from analyzer.read.decode.spool import FILES
late, watching = [], False
def watch(event, arguments):
    if watching and event in ("import", "open", "os.listdir", "os.scandir", "ctypes.dlopen", "subprocess.Popen"):
        late.append((event, str(arguments[0])))
sys.addaudithook(watch)
assert len(os.listdir("/proc/self/task")) == 1, "a thread runs outside the lock"
read, out, sys.stdout = 0, sys.stdout, io.StringIO()
subtitles.ready()
for path in sorted(Path(sys.argv[1]).glob("*.*")):
    files = {name: tempfile.TemporaryFile() for name in FILES}
    asset, sidecar = path.open("rb"), Path(sys.argv[1], "s.srt").open("rb")
    watching = True
    kept = reader.read_asset(asset, [("s.srt", sidecar)], files, Limits(), False)
    if kept is not None:
        read += 1
        kept.picture(0)
    watching = False
print(read, late, file=out)
"""
    from analyzer.read.decoder import environment

    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, str(tmp_path)], env=environment(os.environ), capture_output=True, text=True
    )
    assert ran.stdout.strip() == "14 []", ran.stdout + ran.stderr
