"""Primary school years as Hypothesis makes them, in the words of the answer lines."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

QUALITIES = ("Yêu nước", "Nhân ái", "Chăm chỉ", "Trung thực", "Trách nhiệm")
COMPETENCES = (
    "Tự chủ và tự học",
    "Giao tiếp và hợp tác",
    "Giải quyết vấn đề và sáng tạo",
    "Ngôn ngữ",
    "Tính toán",
    "Khoa học",
    "Công nghệ",
    "Tin học",
    "Thẩm mĩ",
    "Thể chất",
)
FROM_GRADE_3 = {"Công nghệ", "Tin học"}

# The table of regulations, written out a second time on purpose: (line, first grade, last grade, tested).
FORM = (
    ("Tiếng Việt", 1, 5, True),
    ("Toán", 1, 5, True),
    ("Ngoại ngữ 1", 3, 5, True),
    ("Lịch sử và Địa lí", 4, 5, True),
    ("Khoa học", 4, 5, True),
    ("Tin học và Công nghệ (Tin học)", 3, 5, True),
    ("Tin học và Công nghệ (Công nghệ)", 3, 5, True),
    ("Đạo đức", 1, 5, False),
    ("Tự nhiên và Xã hội", 1, 3, False),
    ("Giáo dục thể chất", 1, 5, False),
    ("Nghệ thuật (Âm nhạc)", 1, 5, False),
    ("Nghệ thuật (Mĩ thuật)", 1, 5, False),
    ("Hoạt động trải nghiệm", 1, 5, False),
)


def lines_of(grade: int) -> list[tuple[str, bool]]:
    """Return the required lines of a grade in form order, and whether each is tested."""
    return [(name, tested) for name, first, last, tested in FORM if first <= grade <= last]


def competences_of(grade: int) -> list[str]:
    """Return the competences a grade is assessed in."""
    return [name for name in COMPETENCES if grade >= 3 or name not in FROM_GRADE_3]


@st.composite
def complete_years(draw: st.DrawFn) -> dict[str, Any]:
    """Draw complete inputs; levels and marks lean to the top, where the outcomes part."""
    grade = draw(st.integers(1, 5))
    best = draw(st.booleans())
    subject_level = st.just("T") if best else st.sampled_from("TTTTTHHC")
    trait_level = st.just("T") if best else st.sampled_from("TTTTTĐĐC")
    marks = st.integers(draw(st.sampled_from((0, 4, 5, 6, 7, 8, 9))), 10)
    subjects: dict[str, dict[str, Any]] = {}
    for name, tested in lines_of(grade):
        subjects[name] = {"muc": draw(subject_level)}
        if tested:
            subjects[name]["diem"] = draw(marks)
    if grade < 3 and draw(st.booleans()):
        subjects["Ngoại ngữ 1 (tự chọn)"] = {"muc": draw(subject_level)}
    if draw(st.booleans()):
        subjects["Tiếng dân tộc"] = {"muc": draw(subject_level)}
    inputs: dict[str, Any] = {
        "grade": grade,
        "subjects": subjects,
        "pc": {name: draw(trait_level) for name in QUALITIES},
        "nl": {name: draw(trait_level) for name in competences_of(grade)},
    }
    optional = {
        "outstanding_subject": st.sampled_from([None, "Toán", "Tiếng Việt"]),
        "clear_progress": st.sampled_from([None, "Chăm chỉ", "Ngôn ngữ"]),
        "class_agrees": st.sampled_from([None, True, False]),
        "principal_decision": st.sampled_from([None, "len", "o_lai"]),
    }
    for key, values in optional.items():
        value = draw(values)
        if value is not None:
            inputs[key] = value
    return inputs
