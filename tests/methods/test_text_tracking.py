"""Lines that were read in single frames become tracks."""

from __future__ import annotations

from analyzer.methods.text_tracking import Sighting, is_part, join, same_text, similarity
from analyzer.nouns.evidence import BoundingBox
from tests.make import box, ocr_line

PLACE = box(0.2, 0.7, 0.8, 0.74)
BELOW = box(0.2, 0.76, 0.8, 0.80)


def seen(*frames: list[tuple[str, BoundingBox]], step_s: float = 0.4) -> tuple[list[list[Sighting]], list[float]]:
    times = [i * step_s for i in range(len(frames))]
    return [
        [Sighting(i, ocr_line(text, times[i], at), None, 0.0, 70.0) for text, at in lines] for i, lines in enumerate(frames)
    ], times


def texts(*frames: list[tuple[str, BoundingBox]], step_s: float = 0.4) -> list[str]:
    return [track.text for track in join(*seen(*frames, step_s=step_s))]


def test_one_line_over_three_frames_is_one_track() -> None:
    [track] = join(*seen([], [("Hello there", PLACE)], [("Hello there", PLACE)], [("Hello there", PLACE)], []))
    assert (track.first.frame, track.last.frame, track.text) == (1, 3, "Hello there")


def test_noise_of_the_reader_neither_splits_nor_names_a_track() -> None:
    assert texts([("Hello there", PLACE)], [("Hel1o there", PLACE)], [("Hello there", PLACE)]) == ["Hello there"]


def test_captions_that_take_turns_in_one_place_are_tracks_of_their_own() -> None:
    assert texts([("First thing said", PLACE)], [("Second one", PLACE)]) == ["First thing said", "Second one"]


def test_two_rows_stay_apart() -> None:
    rows = [("The upper row", PLACE), ("The lower row", BELOW)]
    tracks = join(*seen(rows, rows[::-1], rows))
    assert sorted((track.text, len(track.sightings)) for track in tracks) == [("The lower row", 3), ("The upper row", 3)]


def test_a_line_that_grows_word_by_word_is_one_track_with_all_its_words() -> None:
    grown = [[("I never", PLACE)], [("I never said", PLACE)], [("I never said that", PLACE)]]
    assert texts(*grown) == ["I never said that"]


def test_a_short_gap_is_bridged_and_a_long_one_is_not() -> None:
    line = [("Hello there", PLACE)]
    assert len(texts(line, [], line)) == 1
    assert len(texts(line, [], line, step_s=2.0)) == 2
    assert len(texts(line, [], [], line, step_s=0.2)) == 2, "missed twice, however short the time"


def test_a_line_that_comes_back_in_another_place_is_another_track() -> None:
    assert len(texts([("Hello there", PLACE)], [("Hello there", box(0.2, 0.1, 0.8, 0.14))])) == 2


def test_a_scroll_is_one_track_that_moved() -> None:
    frames = [[("Directed by nobody", box(0.2, 0.7 - 0.05 * i, 0.8, 0.74 - 0.05 * i))] for i in range(4)]
    [track] = join(*seen(*frames))
    assert round(track.moved, 3) == 0.15


def test_a_line_that_goes_up_at_one_speed_crawls_and_one_that_sways_does_not() -> None:
    def crawls(*places: tuple[float, float]) -> bool:
        [track] = join(*seen(*[[("Directed by nobody", box(x, y, x + 0.3, y + 0.04))] for x, y in places]))
        return track.crawls

    assert crawls((0.4, 0.7), (0.4, 0.65), (0.4, 0.6), (0.4, 0.55))
    assert not crawls((0.4, 0.7), (0.4, 0.65), (0.4, 0.6)), "three looks are few"
    assert not crawls((0.4, 0.7), (0.43, 0.65), (0.46, 0.6), (0.49, 0.55)), "aslant"
    assert not crawls((0.4, 0.7), (0.4, 0.62), (0.4, 0.61), (0.4, 0.55)), "by fits and starts"
    assert not crawls((0.4, 0.7), (0.4, 0.7), (0.4, 0.7), (0.4, 0.7)), "it stands"


def test_the_box_is_that_of_the_reading_that_names_the_track() -> None:
    wide = box(0.2, 0.7, 0.9, 0.74)
    [track] = join(*seen([("I never", PLACE)], [("I never said that", wide)]))
    assert track.box == wide


def test_a_time_code_is_one_track_and_a_price_that_falls_is_two() -> None:
    frames = [[(text, PLACE)] for text in ("00:00:01:20", "00:00:09:07", "00:01:13:24")]
    assert len(join(*seen(*frames))) == 1
    assert len(join(*seen([("Now 95", PLACE)], [("Now 40", PLACE)]))) == 2


def test_short_words_that_take_turns_in_one_place_are_tracks_of_their_own() -> None:
    assert texts([("this", PLACE)], [("tips", PLACE)]) == ["this", "tips"]
    assert texts([("tips", PLACE)], [("tip", PLACE)], [("tips", PLACE)]) == ["tips"], "one letter is noise of the reader"
    assert same_text("NOW", "NoW") and same_text("大营救", "大营政") and not same_text("is", "in")


def test_what_counted_goes_on_counting_however_many_digits_change_at_once() -> None:
    def at(*values: str) -> list[list[tuple[str, BoundingBox]]]:
        return [[(f"t = {value}s", PLACE)] for value in values]

    assert len(join(*seen(*at("0.1", "0.2", "0.3", "4.5", "6.7")))) == 1
    assert len(join(*seen(*at("0.1", "4.5")))) == 2, "what has not counted yet does not begin to by a leap"


def test_similarity_does_not_mind_case_blanks_and_dots() -> None:
    assert similarity("Wait, for it!", "WAITFORIT") == 1.0
    assert similarity("Wait", "Else") < 0.5
    assert similarity("…", "…") == 1.0 and similarity("…", "a") == 0.0


def test_readings_that_differ_in_their_digits_alone_are_a_counter_and_words_are_none() -> None:
    [counter] = join(*seen([("Frame = 8", PLACE)], [("Frame = 9", PLACE)], [("Frame = 10", PLACE)]))
    [headline] = join(*seen([("3 tips", PLACE)], [("3 tips", PLACE)], [("3 tips", PLACE)]))
    assert counter.counts and not headline.counts
    assert not join(*seen([("Save 20%", PLACE)], [("Save 20%", PLACE)], [("Save 2O%", PLACE)]))[0].counts
    [price] = join(*seen([("2 for $7.98", PLACE)], [("2 for$7.98", PLACE)], [("2 for $7,98", PLACE)]))
    assert not price.counts, "blanks and points are the reader's"


def test_a_line_that_one_frame_reads_in_two_pieces_stays_one_track() -> None:
    whole = [("Tap the stomach", PLACE)]
    pieces = [("Tap", box(0.2, 0.7, 0.32, 0.74)), ("the stomach", box(0.36, 0.7, 0.8, 0.74))]
    [track] = join(*seen(whole, whole, pieces, whole))
    assert (track.text, len(track.sightings)) == ("Tap the stomach", 4)
    assert len(texts(pieces, pieces)) == 2, "two labels beside each other that never were one line"


def test_pieces_that_one_look_saw_belong_to_the_line_that_the_next_sees_whole_a_little_higher() -> None:
    pieces = [("Tap", box(0.2, 0.7, 0.32, 0.74)), ("stomach", box(0.5, 0.7, 0.8, 0.74))]
    whole = [("Tap the stomach", box(0.2, 0.68, 0.8, 0.72))]
    [track] = join(*seen([], pieces, whole, whole))
    assert (track.text, track.first.frame, len(track.sightings)) == ("Tap the stomach", 1, 3)
    elsewhere = [("Tap the stomach", box(0.2, 0.1, 0.8, 0.14))]
    assert len(texts(pieces, elsewhere)) == 3, "two labels, and a line in another place"
    assert len(texts(pieces, [("Something else", box(0.2, 0.68, 0.8, 0.72))])) == 3


def test_where_a_line_stands_is_the_middle_of_what_was_read() -> None:
    wide = box(0.1, 0.66, 0.8, 0.78)
    [track] = join(*seen(*[[("Hello there", at)] for at in (PLACE, wide, PLACE, PLACE)]))
    assert track.box == PLACE


def test_a_line_that_is_covered_at_one_end_has_not_moved_and_one_that_drifts_has() -> None:
    def moved(*boxes: BoundingBox) -> float:
        [track] = join(*seen(*[[("Hello there", at)] for at in boxes]))
        return round(track.moved, 3)

    assert moved(PLACE, box(0.35, 0.7, 0.8, 0.74), PLACE) == 0
    assert moved(PLACE, box(0.15, 0.69, 0.85, 0.75)) == 0, "it grew where it stands"
    assert moved(PLACE, box(0.26, 0.7, 0.86, 0.74)) == 0.06
    assert moved(PLACE, box(0.24, 0.7, 0.84, 0.74), box(0.16, 0.7, 0.76, 0.74)) == 0.08


def test_a_piece_of_a_line_has_its_letters_and_another_line_has_not() -> None:
    assert is_part("the shoes", "Start with the shoes.") and is_part("喜大", "喜羊羊与灰太狼") and is_part("", "Start")
    assert not is_part("Ten kilos is plenty.", "Weigh it on a kitchen scale.")
    assert not is_part("Keep one pocket free.", "Heavy things go near the wheels.")
