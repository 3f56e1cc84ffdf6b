"""How right the object detectors are, and what each way of running them moves: trained weights over labelled COCO images.

    python scripts/evaluate_objects.py [--data DIR] [--draw DIR]

The weights are those of `../shared/data/weights`, run by the engines that run the models of `models/`. Average precision is
COCO's (101 points, IoU 0.5 to 0.95, crowds ignored) over the labelled images, whose small number makes it a check of the code
rather than of a model. Each row of a network is compared with its first: what both are sure of, matched by label and place.
`any score` is the largest difference of a score of all, sure or not: of each class in a network of torch, whose queries come in
no fixed order, else of each box by rank. OpenVINO in bfloat16 is forced here; `fast mode` is what the product takes, which
also prepares the pictures of a torch network itself. The pipeline gives a box all its names and ours the surest alone, which
costs average precision at scores that nobody is shown. `--draw` writes the pictures with the boxes of fast mode.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.engines.graphs import Run
from analyzer.engines.runtime import Runtime
from analyzer.nouns.evidence import BoundingBox
from analyzer.weights.manifests import Manifest, named
from analyzer.weights.store import EXPORTED

ROOT = Path(__file__).parent.parent
Detected = list[tuple[str, BoundingBox, float]]
Picture = NDArray[np.uint8]
IOUS = np.arange(0.5, 1.0, 0.05)
LEAST = 0.01
"""Score below which a detection changes no average precision here."""
TORCH = "DEIMv2-Atto, transformers"


def models(weights: Path) -> dict[str, tuple[Manifest, Path]]:
    """The local weights as manifests, with the folder of each."""
    onnx, torch = named("yolox-s"), named("dfine-small-coco")

    def like(base: Manifest, name: str, files: list[str], size: tuple[int, int] = (), **settings: Any) -> Manifest:
        kept = base.settings
        if settings:
            kept = {key: value for key, value in kept.items() if key.endswith("_confidence")}
        change = {"id": name, "files": tuple(files), "input_size": size, "settings": kept | settings}
        return base.model_copy(update=change)

    rgb, bgr = {"channels": "rgb", "scale": 1 / 255}, {"channels": "bgr", "scale": 1 / 255}
    deim, fastest = "deimv2_hgnetv2_atto_coco.onnx", "FastestDet.onnx"
    return {
        "YOLOX-nano": (like(onnx, "yolox-nano", ["yolox_nano.onnx"], (416, 416)), weights),
        "DEIMv2-Atto": (like(onnx, "deimv2-atto", [deim], (320, 320), format="deim", **rgb), weights),
        "FastestDet": (like(onnx, "fastestdet", [fastest], (352, 352), format="fastestdet", overlap=0.45, **bgr), weights),
        TORCH: (like(torch, "deimv2-atto-torch", list(torch.files)), weights / "deimv2_atto_transformers"),
    }


def engine(manifest: Manifest, folder: Path, exact: bool = True, least: float = LEAST) -> Any:
    """The engine of a manifest with another threshold; without one, what cannot matter is left out."""
    change = {"settings": manifest.settings | {"least_confidence": least}}
    runtime = Runtime(folder, "cpu", exact)
    return import_module(f"analyzer.engines.{manifest.engine}").load(manifest.model_copy(update=change), runtime)


def openvino(path: Path, precision: str) -> Run:
    """A graph in OpenVINO as `analyzer.engines.graphs` runs it, in a precision that is forced."""
    import openvino as library

    settings = {"INFERENCE_PRECISION_HINT": precision, "INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1}
    request = library.Core().compile_model(str(path), "CPU", settings).create_infer_request()
    return lambda inputs: [np.array(value) for value in request.infer(list(inputs)).values()]


def ways(manifest: Manifest, folder: Path) -> Iterator[tuple[str, Any]]:
    """The ways of running a network, the one that others are compared with first."""
    exact, fast = engine(manifest, folder), engine(manifest, folder, exact=False)
    if manifest.engine == "transformers_detection":
        import torch

        torch.set_num_threads(1)
        yield "torch float32", through(engine(manifest, folder), exact._network._in_torch())
        yield "ONNX Runtime float32 (exact mode)", exact
        [graph] = (folder.parent / EXPORTED / manifest.id).glob("*.onnx")
    else:
        yield "ONNX Runtime float32 (exact mode)", exact
        graph = folder / manifest.files[0]
    for precision, name in (("f32", "float32"), ("bf16", "bfloat16")):
        run = openvino(graph, precision)
        alone = (lambda pixels, run=run: run([pixels])) if manifest.engine == "transformers_detection" else run
        yield f"OpenVINO {name}", through(engine(manifest, folder), alone)
    yield f"fast mode ({fast.precision})", fast


def through(running: Any, run: Any) -> Any:
    """An engine whose network is run in another way."""
    if hasattr(running, "_network"):
        running._network._run = run
    else:
        running._graph.run = run
    return running


def recorded(running: Any) -> list[NDArray[Any]]:
    """A list to which an engine adds the scores of each picture that it looks at from now on."""
    scores: list[NDArray[Any]] = []
    torch = hasattr(running, "_network")
    run = running._network._run if torch else running._graph.run

    def listening(given: Any) -> Any:
        answers = run(given)
        best = 1 / (1 + np.exp(-answers[0][0].max(0))) if torch else np.sort(running._boxes(answers, running._size).scores)
        scores.append(best)
        return answers

    through(running, listening)
    return scores


def average_precision(truth: dict[int, list[Any]], found: dict[int, Detected], names: dict[int, str]) -> NDArray[np.float64]:
    """AP by IoU threshold, the mean over the classes that are in the truth; `truth` holds COCO annotations by image."""
    scores = []
    for number, name in names.items():
        wanted = {image: [a for a in annotations if a["category_id"] == number] for image, annotations in truth.items()}
        count = sum(not a["iscrowd"] for annotations in wanted.values() for a in annotations)
        if count:
            own = [(c, image, box) for image, all_found in found.items() for label, box, c in all_found if label == name]
            own.sort(key=lambda one: -one[0])
            scores.append([_of_class(wanted, own, count, iou) for iou in IOUS])
    return np.mean(scores, axis=0)


def _of_class(wanted: dict[int, list[Any]], own: list[tuple[float, int, BoundingBox]], count: int, least: float) -> float:
    taken: dict[int, set[int]] = defaultdict(set)
    right = []
    for _, image, box in own:
        free = [(_overlap(box, a), n) for n, a in enumerate(wanted[image]) if n not in taken[image] and not a["iscrowd"]]
        best, which = max(free, default=(0.0, -1))
        if best >= least:
            taken[image].add(which)
            right.append(1)
        elif not any(a["iscrowd"] and _overlap(box, a) >= least for a in wanted[image]):
            right.append(0)
    hits = np.cumsum(right)
    recall, precision = hits / count, hits / np.arange(1, len(right) + 1)
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    at = np.searchsorted(recall, np.linspace(0, 1, 101))
    return float(np.mean([precision[i] if i < len(precision) else 0.0 for i in at]))


def _overlap(box: BoundingBox, annotation: Any) -> float:
    """IoU with an annotation; with a crowd, the share of the box that lies in it."""
    other = annotation["box"]
    return box.intersection(other) / box.area if annotation["iscrowd"] else box.iou(other)


def labelled(data: Path) -> tuple[dict[int, Picture], dict[int, list[Any]], dict[int, str]]:
    """Pictures and annotations by image, and names by category."""
    from PIL import Image

    coco = json.loads((data / "images" / "coco" / "instances.json").read_text(encoding="utf-8"))
    pictures, truth = {}, {}
    for image in coco["images"]:
        with Image.open(data / "images" / "coco" / image["file_name"]) as file:
            pictures[image["id"]] = np.asarray(file.convert("RGB"))
        truth[image["id"]] = [a for a in coco["annotations"] if a["image_id"] == image["id"]]
        for a in truth[image["id"]]:
            (x, y, across, down), w, h = a["bbox"], image["width"], image["height"]
            a["box"] = BoundingBox(x0=x / w, y0=y / h, x1=(x + across) / w, y1=(y + down) / h)
    return pictures, truth, {category["id"]: category["name"] for category in coco["categories"]}


def moved(before: Iterable[Detected], after: Iterable[Detected]) -> tuple[int, int, float, float, float]:
    """How far detections moved: how many, in one of both alone, largest and mean difference of the score, least IoU."""
    scores, ious, alone, total = [0.0], [1.0], 0, 0
    for old, new in zip(before, after, strict=True):
        left = list(new)
        total += len(new)
        for label, box, score in old:
            same = max((n for n in left if n[0] == label), key=lambda n: n[1].iou(box), default=None)
            if same is None or same[1].iou(box) < 0.5:
                alone += 1
                continue
            left.remove(same)
            scores.append(abs(score - same[2]))
            ious.append(box.iou(same[1]))
        alone += len(left)
    return total, alone, max(scores), float(np.mean(scores[1:] or [0.0])), min(ious)


def by_pipeline(folder: Path, pictures: Iterable[Picture]) -> list[Detected]:
    """What `transformers.pipeline` says in torch, whose corners are whole pixels."""
    from PIL import Image
    from transformers import pipeline

    detect = pipeline("object-detection", model=str(folder), device="cpu")
    answers = []
    for picture in pictures:
        height, width = picture.shape[:2]
        answers.append([
            (one["label"], BoundingBox(**{key: value / size for key, value, size in zip(
                ("x0", "y0", "x1", "y1"), one["box"].values(), (width, height, width, height), strict=True)}), one["score"])
            for one in detect(Image.fromarray(picture), threshold=LEAST)
        ])  # fmt: skip
    return answers


def draw(picture: Picture, found: Detected, path: Path) -> None:
    from PIL import Image, ImageDraw

    image = Image.fromarray(picture)
    pen = ImageDraw.Draw(image)
    for label, box, score in found:
        corners = [box.x0 * image.width, box.y0 * image.height, box.x1 * image.width, box.y1 * image.height]
        pen.rectangle(corners, outline=(255, 0, 80), width=3)
        pen.text((corners[0] + 4, corners[1] + 2), f"{label} {score:.2f}", fill="yellow", stroke_width=2, stroke_fill="black")
    image.save(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--draw", type=Path)
    options = parser.parse_args()
    pictures, truth, names = labelled(options.data)
    print(f"{len(pictures)} images, {sum(map(len, truth.values()))} objects\n")
    print("| network | run by | AP | AP50 | CPU ms | sure | in one alone | score max | mean | least IoU | any score |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for title, (manifest, weights) in models(options.data / "weights").items():
        least = manifest.settings["least_confidence"]
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place) / manifest.id
            folder.mkdir()
            for name in manifest.files:
                (folder / name).symlink_to(weights / name)
            rows = []
            for way, running in ways(manifest, folder):
                scores = recorded(running)
                began = time.process_time()
                found = list(running.detect(pictures.values()))
                rows.append((way, found, scores, f"{1000 * (time.process_time() - began) / len(pictures):.0f}"))
            if title == TORCH:
                rows.append(("transformers.pipeline", by_pipeline(folder, pictures.values()), [], ""))
            surest = [[[one for one in seen if one[2] >= least] for seen in row[1]] for row in rows]
            for (way, found, scores, cost), sure in zip(rows, surest, strict=True):
                ap = average_precision(truth, dict(zip(pictures, found, strict=True)), names)
                total, alone, most, mean, iou = moved(surest[0], sure)
                cells = f"{ap.mean():.3f} | {ap[0]:.3f} | {cost} | {total} | {alone} | {most:.3f} | {mean:.4f} | {iou:.3f}"
                differences = [float(np.abs(a - b).max()) for a, b in zip(rows[0][2], scores, strict=False)]
                print(f"| {title} | {way} | {cells} | {f'{max(differences):.1e}' if differences else ''} |", flush=True)
            if options.draw:
                options.draw.mkdir(parents=True, exist_ok=True)
                fast = next(sure for (way, *_), sure in zip(rows, surest, strict=True) if way.startswith("fast"))
                for number, seen in zip(pictures, fast, strict=True):
                    draw(pictures[number], seen, options.draw / f"{manifest.id}-{number}.jpg")


if __name__ == "__main__":
    main()
