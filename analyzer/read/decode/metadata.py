"""Tags of a file, and which of them would tell more than the maker may want to publish.

Coordinates are never passed on unless they were asked for.
"""

from __future__ import annotations

from collections.abc import Mapping

HIDDEN = "(hidden)"
MAX_TAGS = 60
MAX_CHARACTERS = 500
STRUCTURAL = {"major_brand", "minor_version", "compatible_brands", "handler_name", "language", "vendor_id"}
LOCATION = ("location", "gps", "iso6709", "xyz")
PERSONAL = ("author", "artist", "owner", "creator", "director", "producer", "serial", "make", "model", "hostcomputer", "user")


def _is(key: str, words: tuple[str, ...]) -> bool:
    return any(word in key.lower() for word in words)


def clean(text: object) -> str:
    """Text that can be stored and sent: no lone surrogates, no NUL."""
    return str(text).encode("utf-8", "replace").decode("utf-8").replace("\0", "")


def shown_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """Tags worth showing, bounded in number and length; coordinates are hidden."""
    return {
        clean(key)[:MAX_CHARACTERS]: HIDDEN if _is(key, LOCATION) else clean(value)[:MAX_CHARACTERS]
        for key, value in list(tags.items())[:MAX_TAGS]
        if key not in STRUCTURAL
    }


def leaks_of(tags: Mapping[str, str], show_location: bool) -> list[dict[str, str]]:
    """Tags that name a place, a person or a device, as {"field", "value"}; the field of coordinates is `location`."""
    leaks: list[dict[str, str]] = []
    for key, value in tags.items():
        if _is(key, LOCATION):
            leak = {"field": "location", "value": clean(value)[:MAX_CHARACTERS] if show_location else HIDDEN}
        elif _is(key, PERSONAL) and str(value).strip():
            leak = {"field": clean(key)[:MAX_CHARACTERS], "value": clean(value)[:MAX_CHARACTERS]}
        else:
            continue
        if leak not in leaks:
            leaks.append(leak)
        if len(leaks) == MAX_TAGS:
            break
    return leaks
