"""Why an outcome came out so: every code of every rulebook has a sentence, and the sentences say the facts."""

from records import explain
from records.rules import circular_27_2020
from records.rules.curriculum import form_lines, traits
from records.rules.values import Decision, SubjectLevel, SubjectResult, TraitLevel, YearRecord


def a_year(
    grade: int = 4,
    *,
    levels: dict[str, str] | None = None,
    marks: dict[str, int] | None = None,
    **stated: object,
) -> YearRecord:
    subjects = {
        line.code: SubjectResult(
            SubjectLevel((levels or {}).get(line.code, "T")),
            (marks or {}).get(line.code, 9) if grade in line.tested_grades else None,
        )
        for line in form_lines(grade)
        if grade in line.grades
    }
    return YearRecord(grade, subjects, {one.code: TraitLevel.GOOD for one in traits(grade)}, **stated)  # type: ignore[arg-type]


def test_every_code_that_a_rulebook_can_say_has_a_sentence() -> None:
    assert explain.CODES == circular_27_2020.TRACE_CODES


def test_a_parent_reads_why_it_is_completed_and_what_was_missing() -> None:
    result = circular_27_2020.assess(a_year(levels={"TOAN": "H", "KH": "H"}, marks={"TOAN": 6}))

    said = explain.explain(result.trace)

    assert said.question == "Vì sao em được xếp “Hoàn thành”?"
    assert said.answer == (
        "Mọi môn học đều từ Hoàn thành, mọi phẩm chất và năng lực đều từ Đạt, mọi bài kiểm tra cuối năm từ 5 điểm.",
    )
    assert said.obstacles[0].heading == "Để được xếp “Hoàn thành tốt” còn cần:"
    assert said.obstacles[0].sentences == (
        "Môn Toán, Khoa học: mức Hoàn thành tốt (em đang ở mức Hoàn thành).",
        "Bài kiểm tra cuối năm môn Toán: từ 7 điểm trở lên (em được 6).",
    )
    assert said.obstacles[1].heading == "Để được xếp “Hoàn thành xuất sắc” còn cần:"
    assert said.consequences == ("Em hoàn thành chương trình lớp 4 và được lên lớp 5.",)
    assert said.law == "27/2020/TT-BGDĐT, Điều 9 khoản 2 điểm a"


def test_a_stored_trace_reads_as_the_fresh_one() -> None:
    result = circular_27_2020.assess(a_year(5, marks={"TV": 8}, outstanding_subject="TV", class_agrees=True))
    stored = [{"code": step.code, **dict(step.facts)} for step in result.trace]

    assert explain.explain(stored) == explain.explain(result.trace)
    assert explain.explain(stored).consequences == (
        "Khen thưởng: Học sinh Tiêu biểu hoàn thành tốt trong học tập và rèn luyện, "
        "vì có thành tích xuất sắc ở môn Tiếng Việt.",
        "Em hoàn thành chương trình tiểu học.",
    )


def test_missing_data_and_decisions_are_said() -> None:
    missing = explain.explain(circular_27_2020.assess(YearRecord(1, {}, {})).trace)
    stays = circular_27_2020.assess(a_year(levels={"TV": "C"}, marks={"TV": 2}, decision=Decision.RETAIN))

    assert missing.question == "Vì sao em chưa có kết quả?"
    assert missing.answer[0] == "Còn thiếu kết quả: Tiếng Việt."
    assert explain.explain(stays.trace).consequences == (
        "Sau đánh giá bổ sung, hiệu trưởng quyết định em chưa được lên lớp.",
    )
