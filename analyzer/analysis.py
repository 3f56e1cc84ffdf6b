"""One asset in, one report out: read once, measure every signal, remember the result."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import analyzer
from analyzer.disk.fingerprints import code, digest
from analyzer.measure import cache
from analyzer.measure.keys import Keys, keys_of, lasting
from analyzer.nouns.errors import MediaError, UsageError
from analyzer.nouns.evidence import Message, message
from analyzer.nouns.report import Report, SignalResult, Still

if TYPE_CHECKING:
    from analyzer.engines import Engines
    from analyzer.engines.runtime import Device
    from analyzer.measure.cache import Cache, Entry
    from analyzer.nouns.media import Media
    from analyzer.read.decode.limits import Limits
    from analyzer.read.opening import OpenAsset

Variant = Literal["organic", "ad"]
NO_PICTURES = message("This report has no pictures: the decoder did not hand the frames back.")


@dataclass(frozen=True)
class Progress:
    """How far an analysis is: `stage` is `read` or the id of a signal; `done` of `total` in seconds of video or in signals."""

    stage: str
    title: str
    done: float
    total: float | None


OnProgress = Callable[[Progress], None]


@dataclass(frozen=True)
class Given:
    """What is known of an asset beside its bytes."""

    post_text: str | None = None
    find: tuple[str, ...] = ()
    comments: tuple[str, ...] | None = None


class Analyzer:
    """Keeps engines warm over many assets.

    `only` and `skip` are ids of signals; what `only` names brings what it needs. `models` names the model of a task where it
    is not to be the best on this machine, `device` where models run, and `exact` asks for 32-bit floats instead of the
    fastest precision. With `use_cache`, what was measured of an asset before with the same settings is not measured again;
    `remembered` is where it is kept, the user's cache where it is left out.
    """

    def __init__(
        self,
        *,
        only: Iterable[str] = (),
        skip: Iterable[str] = (),
        limits: Limits | None = None,
        show_location: bool = False,
        use_cache: bool = True,
        models: Mapping[str, str] | None = None,
        device: Device = "auto",
        exact: bool = False,
        remembered: Cache | None = None,
    ) -> None:
        self.only, self.skip = tuple(sorted(only)), tuple(sorted(skip))
        self.limits, self.show_location = limits, show_location
        self.models, self.device, self.exact = dict(models or {}), device, exact
        self._cache = (remembered or cache.of_user()) if use_cache else None
        self._engines: Engines | None = None
        if self.only or self.skip:
            self._check_ids()

    def analyze(
        self,
        path: str | Path,
        *,
        post_text: str | None = None,
        find: Sequence[str] = (),
        comments: Sequence[str] | None = None,
        platform: str | None = None,
        variant: Variant = "organic",
        on_progress: OnProgress | None = None,
    ) -> Report:
        """Measure one asset, and judge it where a platform is named.

        `post_text` defaults to the text of the .txt file beside the asset; `find` says in words what to look for in the
        picture, `comments` are those on the post. Raises `MediaError` when the asset cannot be read, `UsageError` for an
        unknown platform or model.
        """
        from analyzer.judge.rules import judge, load_profile
        from analyzer.read.sidecars import given_post_text, post_text_of

        profile = load_profile(platform) if platform else None
        post = post_text_of(Path(path)) if post_text is None else given_post_text(post_text)
        given = Given(post.text, tuple(find), None if comments is None else tuple(comments))
        report = self._measured(Path(path), given, on_progress)
        report = report.model_copy(update={"notes": report.notes + post.notes})
        return judge(report, profile, variant) if profile else report

    def fingerprint(self) -> str:
        """Changes whenever a measurement of any asset could come out differently."""
        from analyzer.measure import catalog

        tasks = sorted({task for signal in catalog.signals() for task in signal.tasks})
        return digest(self._settings(), code(), [self._loaded_engines().fingerprint(task) for task in tasks])

    def _measured(self, path: Path, given: Given, on_progress: OnProgress | None) -> Report:
        """The report of an asset, of which only that is measured which is not remembered."""
        from analyzer.read.opening import opened
        from analyzer.read.sidecars import sidecars_of

        with opened(path, sidecars_of) as asset:
            return self._known_or_measured(asset, given, on_progress)

    def _known_or_measured(self, asset: OpenAsset, given: Given, on_progress: OnProgress | None) -> Report:
        from analyzer.read.decode.limits import Limits
        from analyzer.read.opening import printable

        if self._cache is None:
            return self._measure(asset, given, {}, on_progress)
        about = [asset.sha256, asset.beside((self.limits or Limits()).text_bytes)]
        keys = keys_of(about, asdict(given), self._settings(), self._chosen(), self._loaded_engines())
        entry = self._cache.get(keys.asset)
        known = {name: entry.signals[key] for name, key in keys.signals.items() if key in entry.signals}
        if keys.rest in entry.rests and known.keys() == keys.signals.keys():
            return self._assembled(entry.rests[keys.rest], printable(asset.path.name), known)
        report = self._measure(asset, given, known, on_progress)
        self._remember(keys, entry, report)
        return report

    def _assembled(self, rest: Report, name: str, results: Mapping[str, SignalResult]) -> Report:
        """A report of remembered parts, for an asset that may have another name now."""
        from analyzer.measure import catalog

        signals = tuple(results.get(signal.id) or catalog.not_requested(signal) for signal in catalog.signals())
        asset = rest.asset.model_copy(update={"name": name})
        settings = rest.settings | {"only": ",".join(self.only), "skip": ",".join(self.skip)}
        return rest.model_copy(
            update={"asset": asset, "complete": _is_complete(signals), "signals": signals, "settings": settings}
        )

    def _remember(self, keys: Keys, entry: Entry, report: Report) -> None:
        results = {result.id: result for result in report.signals if result.id in keys.signals}
        kept = lasting(keys, results)
        current = {keys.signals[name]: results[name] for name in kept}
        entry.signals = {key: old for key, old in entry.signals.items() if key not in current} | current
        if kept == results.keys() and NO_PICTURES not in report.notes:
            entry.rests[keys.rest] = report.model_copy(update={"signals": ()})
        if kept and self._cache is not None:
            entry.forget()
            self._cache.put(keys.asset, entry)

    def _settings(self) -> list[object]:
        from analyzer.read.decode.limits import Limits

        return [repr(self.limits or Limits()), self.show_location]

    def _loaded_engines(self) -> Engines:
        from analyzer.engines import Engines

        self._engines = self._engines or Engines(self.models, self.device, self.exact)
        return self._engines

    def _measure(
        self,
        asset: OpenAsset,
        given: Given,
        known: Mapping[str, SignalResult],
        on_progress: OnProgress | None,
    ) -> Report:
        """Read an asset and measure every chosen signal but those whose result is `known`."""
        from analyzer.measure import catalog
        from analyzer.read.open_media import read_media

        tell = on_progress or (lambda progress: None)
        chosen, engines = self._chosen(), self._loaded_engines()
        results: dict[str, SignalResult] = dict(known)
        signals = catalog.signals()
        with read_media(
            asset,
            asset_id=asset.sha256,
            post_text=given.post_text,
            find=given.find,
            comments=given.comments,
            limits=self.limits,
            show_location=self.show_location,
            on_progress=lambda done, total: tell(Progress("read", "Reading", done, total)),
        ) as media:
            for number, signal in enumerate(signals):
                if signal.id in results:
                    continue
                tell(Progress(signal.id, signal.title, number, len(signals)))
                if signal.id in chosen:
                    results[signal.id] = catalog.run(signal, media, engines, results)
                else:
                    results[signal.id] = catalog.not_requested(signal)
            tell(Progress("stills", "Pictures", len(signals), len(signals)))
            stills, close_ups, notes = _pictures(media, results.values())
            return Report(
                analyzer_version=analyzer.__version__,
                asset=media.asset,
                complete=_is_complete(results.values()),
                signals=tuple(results[signal.id] for signal in signals),
                notes=media.notes + notes,
                settings={
                    "only": ",".join(self.only),
                    "skip": ",".join(self.skip),
                    "frames_kept": len(media.frames),
                    "decoder_kept_from": ", ".join(media.confinement.kept_from),
                    "decoder_not_kept_from": ", ".join(media.confinement.not_kept_from),
                },
                stills=stills,
                close_ups=close_ups,
            )

    def _chosen(self) -> set[str]:
        from analyzer.measure import catalog

        everything = {signal.id for signal in catalog.signals()}
        return (catalog.with_needs(self.only) if self.only else everything) - set(self.skip)

    def _check_ids(self) -> None:
        from analyzer.measure import catalog

        known = {signal.id for signal in catalog.signals()}
        for name in (*self.only, *self.skip):
            if name not in known:
                raise UsageError(f"There is no signal {name!r}. Signals: {', '.join(sorted(known))}.")


def _pictures(
    media: Media, results: Collection[SignalResult]
) -> tuple[tuple[Still, ...], tuple[Still, ...], tuple[Message, ...]]:
    """Stills, close-ups, and a note instead where the decoder does not hand the frames back any more."""
    from analyzer.measure.stills import close_ups_of, stills_of

    try:
        return stills_of(media, results), close_ups_of(media, results), ()
    except MediaError:
        return (), (), (NO_PICTURES,)


def _is_complete(results: Iterable[SignalResult]) -> bool:
    return all(result.status in ("ok", "skipped") for result in results)


def analyze(
    path: str | Path,
    *,
    post_text: str | None = None,
    find: Sequence[str] = (),
    comments: Sequence[str] | None = None,
    platform: str | None = None,
    variant: Variant = "organic",
    only: Iterable[str] = (),
    skip: Iterable[str] = (),
    limits: Limits | None = None,
    show_location: bool = False,
    use_cache: bool = True,
    models: Mapping[str, str] | None = None,
    device: Device = "auto",
    exact: bool = False,
    on_progress: OnProgress | None = None,
) -> Report:
    """Analyse one asset with an `Analyzer` of its own; the options are those of `Analyzer` and of `Analyzer.analyze`."""
    analyzer = Analyzer(
        only=only, skip=skip, limits=limits, show_location=show_location, use_cache=use_cache, models=models, device=device,
        exact=exact,
    )  # fmt: skip
    return analyzer.analyze(
        path, post_text=post_text, find=find, comments=comments, platform=platform, variant=variant, on_progress=on_progress
    )
