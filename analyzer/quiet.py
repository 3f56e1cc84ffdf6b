"""Nothing phones home: what the libraries would send about this machine is switched off before any of them is imported.

`analyzer` runs `silence` when it is imported, so it holds in every process of the product and in a program that uses it. A
person's own setting to the contrary is overridden: that nothing is sent is the product's promise.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any


@dataclass(frozen=True)
class Switch:
    """A variable of the environment that keeps a library from sending something."""

    name: str
    value: str
    library: str
    sends: str
    """What the library would send or fetch otherwise."""


SWITCHES = (
    Switch(
        "ORT_DISABLE_TELEMETRY", "1", "onnxruntime",
        "names and shapes of models, the path of the program and an id of the machine, kept in a database until they are sent",
    ),
    Switch("HF_HUB_DISABLE_TELEMETRY", "1", "huggingface_hub, transformers", "its use and versions of other packages"),
    Switch("DO_NOT_TRACK", "1", "any library that heeds it", "its use"),
    Switch("RAY_USAGE_STATS_ENABLED", "0", "ray", "size and use of the cluster"),
)  # fmt: skip
OFFLINE = (
    Switch("HF_HUB_OFFLINE", "1", "huggingface_hub, transformers", "requests for newer files of models"),
    Switch("TRANSFORMERS_OFFLINE", "1", "transformers", "requests for newer files of models"),
)
"""What only `analyzer models pull` does without. Set in the product's own processes, not in a program that imports it."""
SENDERS = {"openvino_telemetry": "openvino"}
"""Packages that do nothing but send, and who would import them: they cannot be imported, and their library does without."""
set_here: set[str] = set()
"""Those of `OFFLINE` that the product set, and not the person."""


def silence() -> None:
    """Switch off what `SWITCHES` and `SENDERS` name, for this process and those that it starts."""
    for switch in SWITCHES:
        os.environ[switch.name] = switch.value
    modules: dict[str, Any] = sys.modules
    for sender in SENDERS:
        modules.setdefault(sender, None)


def stay_offline(words: list[str]) -> None:
    """Keep libraries from asking the hub, unless the words of the command line ask for a pull."""
    if "pull" not in words:
        for switch in OFFLINE:
            if os.environ.get(switch.name) != switch.value:
                set_here.add(switch.name)
                os.environ[switch.name] = switch.value


@contextmanager
def without_downloads(refusal: Exception) -> Iterator[None]:
    """Import a library that would bring `requests` along: it gets a stand-in, which raises `refusal` when it is to download.

    The real one opens a socket when it is imported, to see whether there is IPv6.
    """
    modules: dict[str, Any] = sys.modules
    if "requests" in modules:
        yield
        return
    modules["requests"] = _StandIn(refusal)
    try:
        yield
    finally:
        del modules["requests"]


class _StandIn(ModuleType):
    """`requests` for one who must not make any."""

    class Response:
        """Named by annotations; there is none."""

    class RequestException(Exception):
        """Named by `except`; never raised."""

    def __init__(self, refusal: Exception) -> None:
        super().__init__("requests")
        self._refusal = refusal

    def get(self, *given: Any, **named: Any) -> Any:
        raise self._refusal


def lines() -> list[str]:
    """One sentence for each library about what is switched off, for `analyzer doctor`."""
    told = [f"not sent by {switch.library}: {switch.sends} ({switch.name}={switch.value})" for switch in SWITCHES]
    return told + [f"not sent by {library}: its use ({sender} is kept out)" for sender, library in SENDERS.items()]
