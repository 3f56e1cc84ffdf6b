"""Judges a report by a profile: every rule says pass, warn, fail, not applicable or not judged of what was measured.

Needs neither the media nor a model, and measures nothing but what depends on the profile: how much of a box lies
outside its safe area. A measurement that is missing is never a negative finding. There is no overall score.
"""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

from analyzer.judge.bounds import Case, Near, badness, is_number, nearest_bound, reached_by, status_of, worst_of
from analyzer.judge.profile import ASSET_FIELDS, DERIVED, FULL_SCREEN, WITHOUT_ORDER, Condition, Profile, Rule, Variant
from analyzer.judge.profile import check as check
from analyzer.judge.profile import load_profile as load_profile
from analyzer.judge.profile import profile_ids as profile_ids
from analyzer.nouns.errors import UsageError
from analyzer.nouns.evidence import BoundingBox, Message, Scalar, field_of, items_of, message
from analyzer.nouns.report import Borderline, Instance, Judgement, Reason, Report, SignalResult, Verdict, VerdictStatus

MAX_INSTANCES = 8
MAX_PLACES = 3
"""Places that one sentence names."""
QUOTE = 40
"""Characters of a quoted text."""

SIZES = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"))


class Unjudged(Exception):
    """A rule that cannot or need not be judged, with its status and reason."""

    def __init__(self, status: VerdictStatus, reason: Reason) -> None:
        super().__init__(status)
        self.status = status
        self.reason = reason


def judge(report: Report, profile: str | Profile = "default", variant: str = "organic") -> Report:
    """The same report with the verdicts of a profile; `profile` is an id, a path to a .toml file, or a loaded one."""
    rules = profile if isinstance(profile, Profile) else load_profile(profile)
    chosen = next((name for name in rules.variants if name == variant), None)
    if chosen is None:
        raise UsageError(f"The profile {rules.id} has no variant {variant}; it has {', '.join(rules.variants)}.")
    verdicts = tuple(
        _verdict(rule, report, rules, chosen) for rule in rules.rules if not rule.variants or chosen in rule.variants
    )
    judgement = Judgement(
        profile=rules.id, title=rules.title, variant=chosen, checked_on=rules.checked_on.isoformat(), verdicts=verdicts
    )
    return report.model_copy(update={"judgement": judgement})


def _verdict(rule: Rule, report: Report, profile: Profile, variant: Variant) -> Verdict:
    signal_id, _, metric = rule.target.partition(".")
    known: dict[str, Any] = {
        "rule": rule.id, "title": rule.title, "signal": signal_id, "metric": metric, "strength": rule.strength,
        "severity": rule.severity, "unit": rule.unit, "why": rule.why, "sources": profile.cited(rule),
    }  # fmt: skip
    try:
        _require(rule, report)
        cases = _cases(rule, report, profile, variant)
    except Unjudged as stop:
        return Verdict(**known, status=stop.status, reason=stop.reason)
    judged = [(status_of(rule, case.value), case) for case in cases]
    worst = worst_of([status for status, _ in judged])
    decisive = sorted((case for status, case in judged if status == worst), key=lambda case: badness(rule, case.value))
    milder = [case for status, case in judged if status == "warn" and worst == "fail"]
    value = decisive[0].value
    if worst == "not_applicable":
        return Verdict(**known, status=worst, value=value, reason=_reason(NOTHING))
    near = nearest_bound(rule, cases)
    bound = rule.bounds.fail if worst == "fail" or rule.bounds.warn is None else rule.bounds.warn
    known |= {"value": value, "bound": _sentence(rule, bound), "borderline": near and _borderline(near, rule.unit)}
    if rule.field == "unsafe_share":
        known["safe_area"] = profile.safe_area[variant].box
    if worst == "pass":
        named = [near.case] if near and near.case.item is not None else []
        return Verdict(**known, status=worst, instances=tuple(_instance(case.item, case.value, True) for case in named))
    close = {id(case.item) for case in cases if case.item is not None and reached_by(rule, case)}
    shown_items = _shown_items(rule, report, decisive + milder)
    instances = tuple(_instance(item, value, id(item) in close) for item, value in shown_items)
    places = "; ".join(_place(item) for item, _ in shown_items[:MAX_PLACES]) or "–"
    params = {"value": shown(value, rule.unit), "bound": shown(bound, rule.unit), "where": places}
    fix = Message(text=rule.fix, params={name: text for name, text in params.items() if f"{{{name}}}" in rule.fix})
    return Verdict(**known, status=worst, fix=fix, instances=instances)


def _borderline(near: Near, unit: str) -> Borderline:
    """What is said of a verdict whose measurement lies within its error of a bound."""
    value, error = float(near.case.value or 0.0), near.error
    sentence = message(
        "Borderline: {value} was measured, the limit is {bound}, and the measurement may be off by {error}.",
        value=shown(value, unit), bound=shown(near.bound, unit), error=spread(error, unit),
    )  # fmt: skip
    return Borderline(
        value=round(value, 6), error=round(error, 6), bound=near.bound, other=near.other, text=sentence, source=near.origin
    )


NOTHING = message("There is nothing of the kind in it.")
OTHER_KIND = message("The rule does not concern this kind of file.")
NOT_FULL_SCREEN = message("The picture does not fill an upright screen, so the safe area does not hold for it.")
UNMET = message("Its condition is not met.")


def _reason(sentence: Message, code: str = "not_applicable", remedy: Message | None = None) -> Reason:
    return Reason(code=code, sentence=sentence, remedy=remedy)


def _require(rule: Rule, report: Report) -> None:
    """Raise Unjudged unless every condition on the asset and on metrics holds."""
    for key, wanted in rule.when.items():
        if key in ASSET_FIELDS:
            if not _holds(wanted, getattr(report.asset, key)):
                raise Unjudged("not_applicable", _reason(OTHER_KIND))
        elif "." in key:
            signal_id, _, metric = key.partition(".")
            if not _holds(wanted, _metric(_signal(report, signal_id), metric)):
                raise Unjudged("not_applicable", _reason(UNMET))


def _holds(wanted: Any, value: Any) -> bool:
    if isinstance(wanted, Condition):
        low, high = wanted.at_least, wanted.at_most
        return is_number(value) and (low is None or value >= low) and (high is None or value <= high)
    return value in wanted if isinstance(wanted, tuple) else value == wanted


def _signal(report: Report, signal_id: str) -> SignalResult:
    signal = report.signal(signal_id)
    if signal is None:
        sentence = message("The report holds no measurement of {signal}.", signal=signal_id)
        raise Unjudged("not_judged", _reason(sentence, "not_measured"))
    if signal.status == "ok":
        return signal
    reason = signal.reason or _reason(message("It was not measured."), "not_measured")
    raise Unjudged("not_applicable" if signal.status == "skipped" else "not_judged", reason)


def _metric(signal: SignalResult, name: str) -> Scalar:
    if name in signal.metrics:
        return signal.metrics[name]
    sentence = message("The report holds no measurement of {signal}.", signal=f"{signal.id}.{name}")
    raise Unjudged("not_judged", signal.unmeasured.get(name) or _reason(sentence, "not_measured"))


def _cases(rule: Rule, report: Report, profile: Profile, variant: Variant) -> list[Case]:
    """The values that the rule judges, at least one."""
    signal = _signal(report, rule.signal)
    if rule.metric is not None:
        cases = [Case(_metric(signal, rule.metric.partition(".")[2]), None, rule.metric)]
    else:
        if rule.field == "unsafe_share" and not _fills_screen(report):
            raise Unjudged("not_applicable", _reason(NOT_FULL_SCREEN))
        read = _reader(str(rule.field), profile, variant)
        items = [
            (item, f"{signal.id}.{key}.{rule.field}")
            for item, key in _items(signal, str(rule.each), rule)
            if rule.field in DERIVED or hasattr(item, str(rule.field))
        ]
        measured = [case for case in (Case(read(item), item, name) for item, name in items) if case.value is not None]
        if items and not measured:
            raise Unjudged("not_judged", _reason(message("It could not be measured on any of them."), "not_measured"))
        cases = measured or [Case(None, None, rule.target)]
    for case in cases:
        if case.value is not None and is_number(case.value) == (rule.unit in WITHOUT_ORDER):
            sentence = message("The report holds a value that does not fit the unit {unit}.", unit=rule.unit)
            raise Unjudged("not_judged", _reason(sentence, "unfit"))
    return cases


def _fills_screen(report: Report) -> bool:
    low, high = FULL_SCREEN
    return low <= report.asset.width / max(1, report.asset.height) <= high


def _items(signal: SignalResult, name: str, rule: Rule) -> list[tuple[Any, str]]:
    """Items of the evidence of that name which meet the rule's conditions on items, in order of time, with their keys."""
    pattern = name.partition(".")[2]
    wanted = {key: value for key, value in rule.when.items() if "." not in key and key not in ASSET_FIELDS}
    found = [
        (item, key)
        for key, evidence in signal.evidence.items()
        if fnmatchcase(key, pattern)
        for item in items_of(evidence)
        if all(_holds(value, field_of(item, field)) for field, value in wanted.items())
    ]
    return sorted(found, key=lambda pair: _span(pair[0])[0] or 0.0)


def _reader(field: str, profile: Profile, variant: Variant) -> Callable[[Any], Scalar]:
    """How the field of an item is read; those that depend on the profile or on two fields are computed here."""
    if field == "unsafe_share":
        safe = profile.safe_area[variant].box
        return lambda item: unsafe_share(field_of(item, "box"), safe)
    if field == "shown_share":
        return lambda item: _ratio(field_of(item, "duration_s"), field_of(item, "needed_s"))
    if field == "height_share":
        return lambda item: getattr(field_of(item, "box"), "height", None)
    return lambda item: field_of(item, field)


def unsafe_share(box: BoundingBox | None, safe: BoundingBox) -> float | None:
    """The share (0..1) of a box that lies outside the safe rectangle; null for a box without area."""
    return None if box is None or not box.area else 1.0 - box.intersection(safe) / box.area


def _ratio(part: Any, whole: Any) -> float | None:
    return part / whole if is_number(part) and is_number(whole) and whole > 0 else None


def _sentence(rule: Rule, bound: Any) -> Message:
    """The bound as a sentence."""
    text = shown(bound, rule.unit)
    if rule.unit == "flag":
        return message("Expected: yes") if bound else message("Expected: no")
    match rule.comparison:
        case "at_least":
            return message("At least {bound}", bound=text)
        case "at_most":
            return message("At most {bound}", bound=text)
        case "between":
            return message("Between {low} and {high}", low=shown(bound[0], rule.unit), high=shown(bound[1], rule.unit))
        case "equals":
            return message("Exactly {bound}", bound=text)
    return message("One of {bound}", bound=text) if bound else message("None")


def _shown_items(rule: Rule, report: Report, cases: list[Case]) -> list[tuple[Any, Any]]:
    """Where it shows, as (item, value): the items that were judged, or the items of the evidence that the rule names."""
    signal = report.signal((rule.where or rule.target).partition(".")[0])
    pairs = [(case.item, case.value) for case in cases if case.item is not None]
    if rule.where is not None and signal is not None:
        pairs = [(item, field_of(item, "value")) for item, _ in _items(signal, rule.where, rule)]
        pairs.sort(key=lambda pair: -_length(pair[0]))
    return pairs[:MAX_INSTANCES]


def _span(item: Any) -> tuple[float | None, float | None]:
    """Start and end of an item; a moment and a detection have one time for both."""
    moment = field_of(item, "time_s")
    start, end = field_of(item, "start_s"), field_of(item, "end_s")
    return (moment, moment) if start is None else (start, end)


def _length(item: Any) -> float:
    start, end = _span(item)
    return (end or 0.0) - (start or 0.0)


def _instance(item: Any, value: Any, near: bool) -> Instance:
    start, end = _span(item)
    text = field_of(item, "quote") or field_of(item, "text") or field_of(item, "label") or ""
    value = round(value, 4) if isinstance(value, float) else value
    return Instance(start_s=start, end_s=end, box=field_of(item, "box"), text=str(text), value=value, near=near)


def _place(item: Any) -> str:
    """The time of an item, and the words of the asset that stand there; labels and sentences of ours are not quoted."""
    words = field_of(item, "quote") or field_of(item, "text")
    text = " ".join(words.split()) if isinstance(words, str) else ""
    quote = f"“{text[:QUOTE] + '…' if len(text) > QUOTE else text}”" if text else ""
    start, end = _span(item)
    if start is None or end is None:
        return quote or "–"
    times = clock(start) + (f"–{clock(end)}" if end > start else "")
    return f"{times} {quote}".strip()


def clock(seconds: float) -> str:
    """Seconds as minutes and seconds with tenths: 0:03.2."""
    tenths = round(seconds * 10)
    return f"{tenths // 600}:{tenths % 600 / 10:04.1f}"


def shown(value: Any, unit: str) -> str:
    """A value as a person reads it: 0.42 of a share is 42 %, 300000000 bytes are 300 MB."""
    if value is None:
        return "–"
    if isinstance(value, tuple | list):
        return (", " if unit in WITHOUT_ORDER else " – ").join(shown(entry, unit) for entry in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if unit == "share":
        return f"{100 * value:.3g} %"
    if unit == "bytes":
        size, name = next(((size, name) for size, name in SIZES if value >= size), (1, "B"))
        return f"{value / size:.4g} {name}"
    number = f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    if unit == "ratio":
        return f"{number}:1"
    return number if unit in ("count", "number") else f"{number} {unit}"


def spread(error: float, unit: str) -> str:
    """An error as a person reads it: of shares it is in points, and a contrast ratio has none of its own."""
    size = 100 * error if unit == "share" else error
    number = f"{size:.0f}" if size >= 100 else f"{size:.2g}"
    return number if unit in ("ratio", "count", "number") else f"{number} {'points' if unit == 'share' else unit}"


def describe(profile: Profile) -> dict[str, Any]:
    """What a profile demands, ready for JSON; hard rules and severe ones first."""
    return {
        "id": profile.id,
        "title": profile.title,
        "checked_on": profile.checked_on.isoformat(),
        "variants": list(profile.variants),
        "safe_area": {variant: area.model_dump() for variant, area in profile.safe_area.items()},
        "rules": [
            {
                "id": rule.id, "title": rule.title, "reads": rule.target, "bounds": _bounds(rule), "why": rule.why,
                "strength": rule.strength, "severity": rule.severity, "variants": rule.variants or profile.variants,
                "sources": [source.model_dump() for source in profile.cited(rule)],
            }
            for rule in sorted(profile.rules, key=lambda rule: (rule.strength != "hard", -rule.severity, rule.id))
        ],
    }  # fmt: skip


def _bounds(rule: Rule) -> str:
    """Both bounds of a rule in one line of English."""
    stated = (("fails", rule.bounds.fail), ("warns", rule.bounds.warn))
    parts = [f"{verb} unless {str(_sentence(rule, bound)).lower()}" for verb, bound in stated if bound is not None]
    return f"{rule.target}: {'; '.join(parts)}"
