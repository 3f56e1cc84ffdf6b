"""A whole set: what stands out and why, what is double, what a kit says, and that one file cannot stop it."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.collection import Audit, audit
from analyzer.collection.brand import Colour, Formats, Kit, Typography, load_kit
from analyzer.collection.learn import learn
from analyzer.nouns.errors import MediaError, UsageError
from tests.collection.sets import Painted, Picture, encoded, folder_of, scene, washed

GREEN, RED = (30, 120, 70), (200, 40, 60)
NAMES = [f"post-{n:02}.jpg" for n in range(12)]


def paint(name: str) -> Picture:
    """Green pictures; post-07 is red, and copy-NN shows what post-NN shows."""
    if name == "broken.jpg":
        raise MediaError("damaged", "The picture is damaged.")
    number = int(name[5:7])
    picture = washed(scene(number), RED if number == 7 else GREEN)
    return encoded(picture, 40) if name.startswith("copy-") else picture


def audited(home: Path, names: list[str], **given: object) -> Audit:
    return audit(folder_of(home, names), analyzer=Painted(paint), **given)  # type: ignore[arg-type]


def test_the_asset_of_another_colour_comes_first_with_the_reason(tmp_path: Path) -> None:
    found = audited(tmp_path, NAMES)
    assert [member.key for member in found.unusual] == ["post-07.jpg"] == [found.members[0].key]
    sentence = str(next(f.sentence for f in found.members[0].findings if f.measure == "palette"))
    assert "of the picture is" in sentence and "dE from the nearest colour that the others have" in sentence


def test_the_same_set_gives_the_same_audit_and_json_holds_all_of_it(tmp_path: Path) -> None:
    first, second = audited(tmp_path, NAMES), audited(tmp_path, NAMES)
    assert first == second and Audit.model_validate_json(first.to_json()) == first


def test_copies_are_found_and_a_broken_file_is_named(tmp_path: Path) -> None:
    found = audited(tmp_path, [*NAMES, "copy-03.jpg", "broken.jpg"])
    assert [group.members for group in found.duplicates] == [("copy-03.jpg", "post-03.jpg")]
    assert [(unread.key, unread.code) for unread in found.unread] == [("broken.jpg", "damaged")]


def test_what_was_not_measured_has_its_reason(tmp_path: Path) -> None:
    found = audited(tmp_path, NAMES)
    assert str(found.members[0].missing["pacing"].sentence) == "A still picture has no pace."
    assert found.members[0].missing["look"].code == "needs:content"
    summary = next(summary for summary in found.measures if summary.id == "typography")
    assert summary.measured == 0 and summary.edge is None and summary.note is not None


def test_a_small_set_is_read_and_nothing_is_called_unusual(tmp_path: Path) -> None:
    found = audited(tmp_path, NAMES[5:9])
    assert len(found.members) == 4 and not found.unusual and found.members[0].distance is None
    assert "too small" in str(found.notes[0])


def test_a_kit_says_how_far_the_background_is_off_and_how_many_keep_to_it(tmp_path: Path) -> None:
    main = audited(tmp_path, NAMES).member("post-01.jpg").palette[0].hex
    green = Colour(hex=main, role="background", tolerance=25)
    kit = Kit(name="Acme", palette={"green": green}, formats=Formats(aspect_ratios=("9:16",)))
    found = audited(tmp_path, NAMES, kit=kit)
    sentences = [f"{f.sentence} {f.others}" for f in found.member("post-07.jpg").findings if f.against == "brand"]
    assert any("from the brand's green. 11 others are within" in sentence for sentence in sentences)
    assert "Its frame is 4:3, and the brand uses 9:16. No other asset keeps to it." in sentences
    assert found.brand == "Acme" and all(member.brand_delta_e is not None for member in found.members)


def test_references_are_what_assets_are_held_against_and_the_set_keeps_its_map_and_its_drifts(tmp_path: Path) -> None:
    approved = folder_of(tmp_path / "approved", [f"good-{n}.jpg" for n in range(20, 30)])
    rows = "".join(f"{name},2026-01-{n + 1:02}\n" for n, name in enumerate(NAMES))
    (tmp_path / "posts.csv").write_text("path,published_at\n" + rows, encoding="utf-8")
    kit = Kit(name="Acme", references=tuple(sorted(approved.iterdir())))
    found = audited(tmp_path, NAMES, kit=kit, manifest=tmp_path / "posts.csv")
    odd = found.member("post-07.jpg")
    assert {finding.against for finding in odd.findings} == {"references"} and found.members[0] == odd
    assert all(member.place is not None for member in found.members)
    assert "does not name, and that were left out: 10." in str(found.notes[-1])


def test_a_few_references_are_not_used_and_said_to_be_too_few(tmp_path: Path) -> None:
    approved = folder_of(tmp_path / "approved", ["good-20.jpg"])
    found = audited(tmp_path / "posts", NAMES, kit=Kit(name="Acme", references=tuple(approved.iterdir())))
    assert "1 reference assets could be read; from 8 on" in str(found.notes[-1])
    assert {finding.against for finding in found.member("post-07.jpg").findings} == {"set"}


def test_fonts_of_a_kit_are_advice_and_said_to_be(tmp_path: Path) -> None:
    found = audited(tmp_path, NAMES, kit=Kit(name="Acme", typography=Typography(fonts=("Inter",))))
    assert "whether texts are set in Inter." in str(found.notes[-1])


def test_every_asset_is_handed_on_once(tmp_path: Path) -> None:
    seen: list[str] = []
    audited(tmp_path, NAMES, on_asset=lambda one: seen.append(one.source.key))
    assert seen == NAMES


def test_dates_of_a_manifest_reach_the_assets(tmp_path: Path) -> None:
    rows = "".join(f"{name},2026-01-{n + 1:02}\n" for n, name in enumerate(NAMES))
    (tmp_path / "posts.csv").write_text("path,published_at\n" + rows, encoding="utf-8")
    found = audited(tmp_path, NAMES, manifest=tmp_path / "posts.csv")
    assert found.member("post-04.jpg").date == "2026-01-05" and found.member("post-04.jpg").dated_by == "manifest"


def test_a_kit_is_learnt_and_can_be_loaded_and_the_odd_one_is_no_part_of_it(tmp_path: Path) -> None:
    text = learn(audited(tmp_path, NAMES), tmp_path, tmp_path / "kits" / "brand.toml")
    (tmp_path / "kits").mkdir()
    (tmp_path / "kits" / "brand.toml").write_text(text, encoding="utf-8")
    kit = load_kit(tmp_path / "kits" / "brand.toml")
    assert kit.formats.aspect_ratios == ("4:3",) and len(kit.references) == 12
    greens = [tuple(bytes.fromhex(colour.hex[1:])) for colour in kit.palette.values()]
    assert greens and all(green > red for red, green, _ in greens)


def test_a_kit_takes_more_than_two_assets(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="at least 3"):
        learn(audited(tmp_path, NAMES[:2]), tmp_path, tmp_path / "brand.toml")
