"""Comments to read again, and the starter phrases."""

import pytest

from records.rules import phrasebook, remarks
from records.rules.remarks import Doubt

NAMES = {
    1: "Nguyễn Minh Anh",
    2: "Lê Thị Hòa",
    3: "Trần Trung",
    4: "Phạm Việt",
    5: "Vũ Toàn",
    6: "Đỗ Thảo",
    7: "Trần Minh",
}


def named(text: str, pupil: int) -> str:
    """Return whom the comment of a pupil names."""
    found = remarks.review({pupil: text}, NAMES)
    return next((one.name for one in found if one.doubt is Doubt.OTHER_NAME), "")


@pytest.mark.parametrize(
    ("text", "pupil", "other"),
    [
        ("Em Hoà ngoan.", 1, "Lê Thị Hòa"),
        ("em Hoa ngoan.", 1, "Lê Thị Hòa"),
        ("lê thị hòa chăm học", 3, "Lê Thị Hòa"),
        ("Em học cùng bạn Thảo.", 5, "Đỗ Thảo"),
        ("Minh Anh chăm học", 2, "Nguyễn Minh Anh"),
        ("em Minh chăm học", 2, "Trần Minh"),
    ],
)
def test_another_name_of_the_class_is_found(text: str, pupil: int, other: str) -> None:
    assert named(text, pupil) == other


@pytest.mark.parametrize(
    ("text", "pupil"),
    [
        ("Em Hoà ngoan.", 2),
        ("Em Minh Anh ngoan, em Minh chăm.", 1),
        ("Trung thực, thảo luận tốt. Hòa đồng với bạn.", 1),
        ("Học tốt tiếng Anh, môn Tiếng Việt và Toán.", 2),
        ("Em yêu Việt Nam.", 2),
        ("em hoa ngoan", 1),
        ("", 1),
    ],
)
def test_words_that_are_no_names_are_left_alone(text: str, pupil: int) -> None:
    assert named(text, pupil) == ""


def test_the_same_comment_for_many_is_told_whatever_name_is_in_it() -> None:
    texts = {1: "Em Anh tốt.", 2: "em Hòa  tốt", 3: "Em Trung tốt.", 4: "Em Việt tốt!", 5: "Em Toàn tốt"}

    found = remarks.review(texts, NAMES)

    repeated = {one.pupil: one.count for one in found if one.doubt is Doubt.REPEATED}
    assert repeated == dict.fromkeys((1, 2, 3, 4, 5), 5)
    assert [one.pupil for one in found if one.doubt is Doubt.EMPTY] == [6, 7]


@pytest.mark.parametrize(
    ("count", "pupils", "many"),
    [(5, 12, True), (5, 13, False), (4, 5, False), (19, 45, True), (18, 45, False)],
)
def test_many_is_five_and_two_fifths(count: int, pupils: int, many: bool) -> None:
    assert remarks.is_many(count, pupils) is many


def test_each_kind_and_level_has_six_phrases_that_can_be_printed() -> None:
    counted: dict[tuple[str, str], int] = {}
    for one in phrasebook.starters():
        counted[one.about, one.level] = counted.get((one.about, one.level), 0) + 1
        assert len(one.text) <= phrasebook.LONGEST

    kinds = (phrasebook.ANY_SUBJECT, *phrasebook.COMMENT_KINDS)
    assert {(kind, level) for kind in kinds for level in phrasebook.levels(kind)} <= set(counted)
    assert all(counted[kind, level] >= 6 for kind in kinds for level in phrasebook.levels(kind))
    assert {about for about, _level in counted} == set(phrasebook.abouts())
    assert all(level in phrasebook.levels(about) for about, level in counted)


def test_a_phrase_takes_the_given_name() -> None:
    assert remarks.filled("{ten} chăm học.", "Nguyễn Minh Anh") == "Anh chăm học."
