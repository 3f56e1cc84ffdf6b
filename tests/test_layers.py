"""Imports point down, heavy libraries stay in their rooms, and no file outgrows 400 lines."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "analyzer"
LAYERS = [
    {"cli", "__main__"},
    {"batch"},
    {"show"},
    {"collection"},
    {"analysis"},
    {"judge"},
    {"measure"},
    {"read", "engines", "weights"},
    {"methods"},
    {"nouns", "disk"},
    {"quiet"},
]
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
ENGINE_LIBRARIES = (
    "torch transformers whisper rapidocr onnxruntime faster_whisper ctranslate2 openvino tokenizers vaderSentiment py3langid"
)
ONLY_IN = {
    "av": "read/decode",
    "PIL": "read/decode",
    "huggingface_hub": "weights",
    "httpx2": "weights",
    **dict.fromkeys(ENGINE_LIBRARIES.split(), "engines"),
}
FILES = sorted(PACKAGE.rglob("*.py"))


def room(path: Path) -> str:
    """The first folder of a file below the package, or the name of a module that lies in none."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> list[str]:
    names = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names += [f"{node.module}.{alias.name}" for alias in node.names] if node.module == "analyzer" else [node.module]
    return names


def type_checking_only(path: Path) -> set[str]:
    """Modules imported under `if TYPE_CHECKING:`; they are no dependency at run time."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            names |= {child.module for child in ast.walk(node) if isinstance(child, ast.ImportFrom) and child.module}
    return names


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_down(path: Path) -> None:
    here = room(path)
    if here == "__init__":
        return
    place = path.relative_to(PACKAGE).as_posix()
    for name in set(imports(path)) - type_checking_only(path):
        top, _, rest = name.partition(".")
        if top == "analyzer" and rest and rest.split(".")[0] in LEVEL:
            there = rest.split(".")[0]
            assert LEVEL[there] > LEVEL[here] or there == here or (LEVEL[there] == LEVEL[here]), name
            if place.startswith("measure/signals/"):
                assert there not in ("read", "engines") and not rest.startswith("measure.signals"), f"a signal imports {name}"
        if top in ONLY_IN:
            assert place.startswith(f"{ONLY_IN[top]}/"), f"{top} is imported in {here}"


def test_files_stay_small() -> None:
    assert {str(path): n for path in FILES if (n := len(path.read_text(encoding="utf-8").splitlines())) > 400} == {}


def test_the_command_line_is_light() -> None:
    heavy = "torch av cv2 onnxruntime numpy transformers rapidocr PIL"
    code = f"import sys, analyzer.cli.app; print([m for m in {heavy.split()!r} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_judging_needs_no_media_and_no_models() -> None:
    heavy = "torch av cv2 onnxruntime rapidocr PIL"
    code = (
        "import sys, analyzer.judge.rules, analyzer.show, analyzer.nouns.report;"
        f"print([m for m in {heavy.split()!r} if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_no_pickle_and_no_remote_code() -> None:
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        assert "trust_remote_code=True" not in text and "import pickle" not in text, path
