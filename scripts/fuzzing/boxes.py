"""Damage to files that are trees: ISO boxes (MP4, MOV, AVIF) and EBML elements (Matroska, WebM)."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from fuzzing.blind import BLIND, edge

PARENTS = {b"moov", b"trak", b"edts", b"mdia", b"minf", b"stbl", b"dinf", b"udta", b"mvex", b"moof", b"traf", b"iprp", b"ipco"}
FULL_PARENTS = {b"meta": 4, b"stsd": 8, b"iinf": 6, b"dref": 8}
"""Boxes in which so many bytes stand before the first child."""
MASTERS = {
    0x1A45DFA3, 0x18538067, 0x1549A966, 0x1654AE6B, 0xAE, 0xE0, 0xE1, 0x1F43B675, 0xA0, 0x1C53BB6B, 0xBB, 0xB7, 0x6D80, 0x6240,
    0x5035, 0x114D9B74, 0x4DBB, 0x1254C367, 0x7373, 0x67C8, 0x1043A770, 0x55B0,
}  # fmt: skip
"""Ids of EBML elements that hold others (https://www.matroska.org/technical/elements.html)."""
MOST = 4000


@dataclass(frozen=True)
class Node:
    """A box or an element: where its head, its body and its end lie, and the places of the sizes of those that hold it."""

    kind: bytes
    start: int
    body: int
    end: int
    holders: tuple[int, ...] = ()


def boxes_of(data: bytes) -> list[Node]:
    """Every ISO box, parents before children."""
    found: list[Node] = []
    todo: list[tuple[int, int, tuple[int, ...]]] = [(0, len(data), ())]
    while todo and len(found) < MOST:
        at, end, holders = todo.pop()
        while at + 8 <= end and len(found) < MOST:
            size, kind, head = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8], 8
            if size == 1:
                size, head = int.from_bytes(data[at + 8 : at + 16], "big"), 16
            stop = min(end, at + size) if size >= head else end
            found.append(Node(kind, at, at + head, stop, holders))
            if kind in PARENTS or kind in FULL_PARENTS:
                todo.append((at + head + FULL_PARENTS.get(kind, 0), stop, (*holders, at)))
            at = stop
    return found


def change_box(data: bytes, other: bytes, rng: Random) -> bytes:
    """Change the size, the kind or a number of one box, or take it away or repeat it with the sizes around it put right."""
    nodes = boxes_of(data)
    if not nodes:
        return data
    node = rng.choice(nodes)
    match rng.choice(("size", "kind", "number", "number", "number", "number", "drop", "again", "body")):
        case "size":
            return data[: node.start] + edge(4, "big", rng) + data[node.start + 4 :]
        case "kind":
            return data[: node.start + 4] + rng.choice(nodes).kind + data[node.start + 8 :]
        case "number" if node.end > node.body:
            width = rng.choice((1, 2, 4, 4, 8))
            at = node.body + rng.randrange(min(node.end - node.body, 96)) // 4 * 4
            return data[:at] + edge(width, "big", rng) + data[at + width :]
        case "drop":
            return _resized(data, node, b"")
        case "again" if node.end - node.start < 20_000:
            return _resized(data, node, data[node.start : node.end] * rng.choice((2, 2, 50)))
        case "body" if node.end > node.body:
            body = rng.choice(BLIND)(data[node.body : node.end], other, rng)[: node.end - node.body + 4000]
            size = (node.body - node.start + len(body)).to_bytes(4, "big")
            return _resized(data, node, size + data[node.start + 4 : node.body] + body)
    return data


def _resized(data: bytes, node: Node, new: bytes) -> bytes:
    """`new` in the place of a box; the boxes that hold it state their new sizes."""
    changed = bytearray(data)
    for at in node.holders:
        size = int.from_bytes(changed[at : at + 4], "big")
        if size > 1:
            changed[at : at + 4] = max(0, min(size + len(new) - node.end + node.start, 0xFFFFFFFF)).to_bytes(4, "big")
    changed[node.start : node.end] = new
    return bytes(changed)


def elements_of(data: bytes) -> list[Node]:
    """Every EBML element, parents before children; one of unknown size reaches to the end of its parent."""
    found: list[Node] = []
    todo = [(0, len(data))]
    while todo and len(found) < MOST:
        at, end = todo.pop()
        while at + 2 <= end and len(found) < MOST:
            width = 9 - data[at].bit_length()
            place = at + width
            if width > 4 or place >= end:
                break
            size_width = 9 - data[place].bit_length()
            body = place + size_width
            if size_width > 8 or body > end:
                break
            size = int.from_bytes(data[place:body], "big") & ((1 << 7 * size_width) - 1)
            stop = end if size == (1 << 7 * size_width) - 1 else min(end, body + size)
            found.append(Node(data[at:place], at, body, stop))
            if int.from_bytes(data[at:place], "big") in MASTERS:
                todo.append((body, stop))
            at = stop
    return found


def change_element(data: bytes, other: bytes, rng: Random) -> bytes:
    """Change the id, the size or the value of one element, or take it away or repeat it."""
    nodes = elements_of(data)
    if not nodes:
        return data
    node = rng.choice(nodes)
    place = node.start + len(node.kind)
    match rng.choice(("id", "size", "size", "value", "value", "value", "drop", "again")):
        case "id":
            return data[: node.start] + rng.choice(nodes).kind + data[place:]
        case "size":
            width = node.body - place
            size = int.from_bytes(edge(8, "big", rng), "big") % (1 << 7 * width) | 1 << 7 * width
            return data[:place] + size.to_bytes(width, "big") + data[node.body :]
        case "value" if node.end > node.body:
            width = min(node.end - node.body, 8)
            return data[: node.body] + edge(width, "big", rng) + data[node.body + width :]
        case "drop":
            return data[: node.start] + data[node.end :]
        case "again" if node.end - node.start < 20_000:
            return data[: node.end] + data[node.start : node.end] * rng.choice((1, 50)) + data[node.end :]
    return data
