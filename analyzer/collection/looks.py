"""Groups of looks, and a map of them: assets laid out so that those that look alike lie close.

The layout is landmark MDS (de Silva and Tenenbaum 2004): an asset is placed by its gaps from the peers alone, so that the cost
of an asset is flat. Groups are told apart only where they stand clearly apart.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from analyzer.collection.consistency import Standing

DIMENSIONS = 4
"""Of the space in which groups are looked for."""
MOST_LOOKS = 6
CLEAR = 0.6
"""Mean silhouette from which groups are told apart (Kaufman and Rousseeuw 1990 call 0.51 to 0.70 a reasonable structure; two
planted looks have 0.69, a set of one look up to 0.55, measured)."""
SMALLEST = 3
"""Assets that make a look (project choice)."""
SMALLEST_SHARE = 0.08
"""Share of the set that makes a look: fewer are outliers (project choice)."""
MOST_COMPARED = 600
"""Assets for which silhouettes are computed."""

Points = NDArray[np.float64]


def layout(standings: Sequence[Standing], peers: Sequence[int]) -> Points | None:
    """Coordinates of all assets (n, `DIMENSIONS`), the most telling axis first; None where nothing can be compared."""
    squared = _combined(standings, peers)
    if squared is None or len(peers) < 3:
        return None
    among = squared[list(peers)]
    among = (among + among.T) / 2
    np.fill_diagonal(among, 0.0)
    means = among.mean(axis=0)
    centred = -0.5 * (among - means[:, None] - means[None] + among.mean())
    values, vectors = np.linalg.eigh(centred)
    order = np.argsort(values)[::-1][:DIMENSIONS]
    values, vectors = values[order], vectors[:, order]
    kept = values > 1e-9
    axes = np.where(kept, vectors / np.sqrt(np.where(kept, values, 1.0)), 0.0)
    for axis in axes.T:  # An eigenvector's sign is arbitrary: fix it, so that the same set has the same map.
        if axis[np.argmax(np.abs(axis))] < 0:
            axis *= -1
    return np.asarray(-0.5 * (squared - means) @ axes, float)


def _combined(standings: Sequence[Standing], peers: Sequence[int]) -> Points | None:
    """Squared distances (n, r) of the visual measures, each in units of its middle gap; what is not known is middling."""
    total, used = None, 0
    for standing in standings:
        if not standing.measure.visual or not standing.peers:
            continue
        middle = float(np.nanmedian(standing.gaps)) if np.isfinite(standing.gaps).any() else 0.0
        if middle <= 0:
            continue
        full = np.full((len(standing.gaps), len(peers)), np.nan)
        full[:, [list(peers).index(i) for i in standing.peers]] = standing.gaps / max(middle, standing.measure.noise)
        full[list(peers), range(len(peers))] = 0.0
        full = np.where(np.isnan(full), 1.0, full)
        total = full**2 if total is None else total + full**2
        used += 1
    return None if total is None else total / used


def groups(points: Points, usual: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The look of each asset (n,), 0 the largest; all 0 where no groups stand apart. `usual` are those that make looks."""
    made = np.flatnonzero(usual)
    made = made[np.linspace(0, len(made) - 1, min(len(made), MOST_COMPARED)).astype(int)] if len(made) else made
    best, centres = CLEAR, None
    least = max(SMALLEST, SMALLEST_SHARE * len(made))
    for count in range(2, MOST_LOOKS + 1):
        if count * least > len(made):
            break
        labels, found = _kmeans(points[made], count)
        sizes = np.bincount(labels, minlength=count)
        if sizes.min() >= least and (clear := _silhouette(points[made], labels)) >= best:
            best, centres = clear, found
    if centres is None:
        return np.zeros(len(points), np.int64)
    labels = np.argmin(((points[:, None] - centres[None]) ** 2).sum(axis=2), axis=1)
    order = np.argsort(-np.bincount(labels, minlength=len(centres)), kind="stable")
    return np.asarray(np.argsort(order)[labels], np.int64)


def _kmeans(points: Points, count: int) -> tuple[NDArray[np.int64], Points]:
    """Labels and centres; begun at points far from each other, so that the same points always give the same groups."""
    chosen = [int(np.argmin(((points - points.mean(axis=0)) ** 2).sum(axis=1)))]
    while len(chosen) < count:
        far = ((points[:, None] - points[chosen][None]) ** 2).sum(axis=2).min(axis=1)
        chosen.append(int(np.argmax(far)))
    first = np.argmin(((points[:, None] - points[chosen][None]) ** 2).sum(axis=2), axis=1).astype(np.int32)
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 50, 1e-4)
    data = np.ascontiguousarray(points, np.float32)
    _, labels, centres = cv2.kmeans(data, count, first[:, None].copy(), stop, 1, cv2.KMEANS_USE_INITIAL_LABELS)
    return labels[:, 0].astype(np.int64), centres.astype(float)


def _silhouette(points: Points, labels: NDArray[np.int64]) -> float:
    """Mean silhouette, -1..1 (Rousseeuw 1987)."""
    distances = np.sqrt(np.maximum(0, ((points[:, None] - points[None]) ** 2).sum(axis=2)))
    sizes = np.bincount(labels)
    sums = np.stack([distances[:, labels == label].sum(axis=1) for label in range(len(sizes))], axis=1)
    own = sums[range(len(labels)), labels] / np.maximum(1, sizes[labels] - 1)
    means = sums / sizes
    means[range(len(labels)), labels] = np.inf
    other = means.min(axis=1)
    return float(((other - own) / np.maximum(np.maximum(own, other), 1e-9)).mean())


def on_map(points: Points) -> Points:
    """The first two axes, 0..1 each; what lies very far off is drawn at the rim."""
    plane = points[:, :2]
    low, high = np.percentile(plane, (1, 99), axis=0)
    span = max(1e-9, float((high - low).max()))
    return np.asarray(np.clip((plane - (low + high) / 2) / span * 0.94 + 0.5, 0.0, 1.0))
