"""Prints every English sentence of the product that has no French translation, as TOML to be filled in.

Collects without running the product: from calls in the code, from the templates and from the profiles.
"""

from __future__ import annotations

import ast
import json
import tomllib
from collections.abc import Iterator
from pathlib import Path

from analyzer.show.i18n import UNITS

ROOT = Path(__file__).parent.parent / "analyzer"
BLOCKS = {
    "Captions", "Cues", "Detections", "Moments", "Palette", "Series", "Shots", "Spans", "Table", "TextTracks", "Tracks",
    "Transcript",
}  # fmt: skip
ERRORS = {"NotApplicable", "Unavailable", "SignalError", "MediaError", "Refused"}


COMMANDS = ("pip install ", "analyzer models pull ", "--")
"""What a person types is the same in every language."""


def collect() -> set[str]:
    """All texts that a reader may see in another language; commands are the same in all."""
    found = {*UNITS.values()}
    for path in sorted(ROOT.rglob("*.py")):
        found |= set(_of_code(ast.parse(path.read_text(encoding="utf-8"))))
    found |= set(_of_templates())
    for path in sorted((ROOT / "judge" / "profiles").glob("*.toml")):
        profile = tomllib.loads(path.read_text(encoding="utf-8"))
        found.add(profile["title"])
        found |= {rule[key] for rule in profile["rules"] for key in ("title", "why", "fix") if key in rule}
    return {text for text in found if any(char.isalpha() for char in text) and not text.startswith(COMMANDS)}


def french() -> dict[str, str]:
    """The translations that are there."""
    return tomllib.loads((ROOT / "show" / "locales" / "fr.toml").read_text(encoding="utf-8"))


def _of_code(tree: ast.Module) -> Iterator[str]:
    constants = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            for argument in _translated(node):
                yield from _texts(argument, constants)


def _translated(call: ast.Call) -> Iterator[ast.expr]:
    """The arguments of a call that are shown to a reader."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in ("message", "note", "t"):
        yield from call.args[:1]
    elif name in ERRORS:
        yield from call.args[1:3]
    elif name == "Metric":
        yield from call.args[1:2]
    elif name == "Measure":
        yield from (keyword.value for keyword in call.keywords if keyword.arg == "why")
    elif name == "Signal" or name in BLOCKS:
        wanted = {"title", "why"} if name == "Signal" else {"title", "columns"}
        yield from (keyword.value for keyword in call.keywords if keyword.arg in wanted)
        for keyword in call.keywords:
            if keyword.arg == "unit" and isinstance(keyword.value, ast.Constant) and " " in str(keyword.value.value):
                yield keyword.value


def _texts(node: ast.expr, constants: dict[str, ast.expr]) -> Iterator[str]:
    """The literal texts that an expression may be."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body, constants)
        yield from _texts(node.orelse, constants)
    elif isinstance(node, ast.Tuple | ast.List):
        for entry in node.elts:
            yield from _texts(entry, constants)
    elif isinstance(node, ast.Name) and node.id in constants:
        yield from _texts(constants[node.id], {})
    elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
        table = constants.get(node.value.id)
        if isinstance(table, ast.Dict):
            for value in table.values:
                yield from _texts(value, {})


def _of_templates() -> Iterator[str]:
    from jinja2 import Environment, nodes

    environment = Environment(trim_blocks=True)
    for path in sorted((ROOT / "show" / "templates").glob("*.j2")):
        for call in environment.parse(path.read_text(encoding="utf-8")).find_all(nodes.Call):
            if (
                isinstance(call.node, nodes.Name)
                and call.node.name == "t"
                and call.args
                and isinstance(call.args[0], nodes.Const)
            ):
                yield str(call.args[0].value)


if __name__ == "__main__":
    known = french()
    for text in sorted(collect() - known.keys()):
        print(f'{json.dumps(text, ensure_ascii=False)} = ""')
