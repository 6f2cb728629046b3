"""The whole system in a real browser: the real demo, every role, each flow a story.

One file, so that one demo serves all of them when the files are shared among workers.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from hocba.demo.tree import FIRST, SECOND, THIRD
from hocba.kernel import clock
from signing.seal.trust import SignerRole
from signing.seal.verdict import Indication
from signing.seal.verify import verify_file
from tests.flows import steps
from tests.flows.conftest import Demo
from tests.flows.visitors import Visitor

Enter = Callable[[str], Visitor]


def test_every_genuine_file_is_accepted_by_ours_by_xmlsec1_and_by_pdfsig(demo: Demo) -> None:
    files, trust = demo.machine.issued(), demo.papers / "trust"
    ours = demo.machine.run("verify", "--json", "--offline", "--trust", str(trust), *map(str, files))
    verdicts = [json.loads(line) for line in ours.stdout.splitlines()]
    slots = [(file, role) for file in demo.machine.issued("xml") for role in SignerRole]
    with ThreadPoolExecutor(2) as hands:
        by_xmlsec1 = list(hands.map(lambda slot: steps.xmlsec1(slot[0], slot[1], trust), slots))
        by_pdfsig = list(hands.map(steps.pdfsig, demo.machine.issued("pdf")))

    assert ours.returncode == 0, ours.stdout[-2000:] + ours.stderr
    assert [one["indication"] for one in verdicts] == ["TOTAL-PASSED"] * len(files)
    assert len(files) == 3 * demo.plan(FIRST, "4A").pupils
    assert all(by_xmlsec1)
    assert all(by_pdfsig)
    assert len(by_xmlsec1) == len(files) == 3 * len(by_pdfsig)


def test_a_stranger_verifies_files(demo: Demo, enter: Enter, tmp_path: Path) -> None:
    xml = demo.machine.issued("xml")[0]
    name, mark = steps.stated(xml, "HO_VA_TEN"), steps.stated(xml, "DIEM_KIEM_TRA_DINH_KY")
    forged = tmp_path / "sua-diem.xml"
    line = f"<DIEM_KIEM_TRA_DINH_KY>{mark}</DIEM_KIEM_TRA_DINH_KY>".encode()
    assert line in xml.read_bytes()
    better = b"10" if mark != "10" else b"9"
    forged.write_bytes(xml.read_bytes().replace(line, line.replace(mark.encode(), better), 1))
    noise = tmp_path / "anh-chup.pdf"
    noise.write_bytes(bytes(range(256)) * 30)
    stranger = enter("")
    stranger.opens("/")
    stranger.looks("stranger-landing")
    stranger.follow("Xác thực học bạ")
    stranger.looks("stranger-verify")

    steps.uploads(stranger, xml, xml.with_suffix(".pdf"), xml.with_suffix(".zip"))
    assert steps.words_of_verdicts(stranger) == ["Hợp lệ"] * 3
    assert stranger.page.get_by_text(name).count() >= 3
    stranger.looks("stranger-valid")

    steps.uploads(stranger, forged)
    assert steps.words_of_verdicts(stranger) == ["Không hợp lệ"]
    assert stranger.has("Dữ liệu học bạ đã bị thay đổi sau khi ký — không dùng bản này")
    stranger.looks("stranger-forged")

    steps.uploads(stranger, noise)
    assert steps.words_of_verdicts(stranger) == ["Không hợp lệ"]
    assert stranger.has("Tệp này không phải học bạ số (XML, PDF hoặc gói ZIP). Hãy chọn đúng tệp")
    stranger.looks("stranger-noise")


def test_a_stranger_with_a_code_learns_no_name(demo: Demo, enter: Enter) -> None:
    xml = demo.machine.issued("xml")[0]
    code, name = xml.stem, steps.stated(xml, "HO_VA_TEN")
    born = "/".join(reversed(steps.stated(xml, "NGAY_SINH")[:10].split("-")))
    stranger = enter("")
    stranger.opens("/xac-thuc/")
    stranger.fill("Mã tra cứu học bạ", code)
    stranger.press("Tra mã")
    stranger.reads("Mã này có thật. Học bạ đang có giá trị.")
    said = stranger.page.locator("main").inner_text()
    assert steps.stated(xml, "TEN_TRUONG") in said
    assert steps.stated(xml, "TEN_NAM_HOC").replace("-", "–") in said
    assert not any(secret in stranger.page.content() for secret in (name, born, steps.stated(xml, "SO_CCCD")))
    stranger.looks("stranger-code")

    steps.states(stranger, name, born, "099000000000")
    stranger.reads("Không tìm thấy học bạ nào khớp với cả mã tra cứu, họ tên, ngày sinh và số định danh")
    stranger.looks("stranger-particulars-wrong")

    steps.states(stranger, name, born, steps.stated(xml, "SO_CCCD"))
    stranger.page.get_by_role("heading", name="Nội dung học bạ").wait_for()
    assert stranger.has(name)
    stranger.looks("stranger-opened")

    steps.looks_up(stranger, code, name, born, steps.stated(xml, "SO_CCCD"))
    assert steps.pass_all(stranger, demo.trust(), "Tải bản in (PDF)")
    stranger.looks("stranger-looked-up")

    for path in ("/lop/", "/con-em/", "/nhan-su/", f"/hoc-ba/{code}/"):
        stranger.go(path)
        assert "/dang-nhap/" in stranger.page.url


def test_a_guardian_sees_the_own_children_only(demo: Demo, enter: Enter) -> None:
    mother, other = enter("phuhuynh1"), enter("phuhuynh2")
    other.opens("/con-em/")
    anothers = other.page.locator("main a.person").first.get_attribute("href") or ""
    mother.opens("/con-em/")
    children = [one.get_attribute("href") for one in mother.page.locator("main a.person").all()]
    mother.looks("guardian-children")
    assert len(children) == 2
    assert anothers not in children

    mother.page.locator("main a.person").filter(has_text="4A").first.click()
    mother.page.get_by_role("heading", name="Lớp 4A · năm học").wait_for()
    mother.page.locator("details.why summary").first.click()
    assert mother.page.locator("details.why li").first.is_visible()
    assert mother.has("Theo Thông tư")
    mother.looks("guardian-child")
    links = ("Tải bản in (PDF)", "Tải bản dữ liệu (XML)", "Tải gói đầy đủ (ZIP)")
    assert steps.pass_all(mother, demo.trust(), *links)

    assert mother.go(anothers) == 404
    mother.looks("guardian-not-found")
    assert {mother.go(path) for path in ("/lop/", "/nhan-su/", "/tien-do/")} <= {403, 404}


def test_the_earlier_years_are_issued_while_it_serves(demo: Demo, enter: Enter) -> None:
    father = enter("phuhuynh5")
    father.opens("/con-em/")
    father.reloads_until(father.page.get_by_text("4 học bạ đã phát hành"), most=3000)
    father.looks("guardian-four-years")
    father.page.locator("main a.person").first.click()
    for name in ("4A", "3A", "2A", "1A"):
        father.page.get_by_role("heading", name=f"Lớp {name} · năm học").wait_for()
    father.page.get_by_role("heading", name="Lớp 1A · năm học").click()
    father.page.locator("details.older[open]").get_by_text("Tải học bạ để giữ").wait_for()
    father.looks("guardian-child-four-years")


def test_a_pupil_sees_the_own_transcript_only(demo: Demo, enter: Enter) -> None:
    pupil, guardian = enter("hocsinh1"), enter("phuhuynh2")
    guardian.opens("/con-em/")
    anothers = guardian.page.locator("main a.person").first.get_attribute("href") or ""
    pupil.opens("/con-em/")
    assert pupil.page.locator("main a.person").count() == 1
    assert pupil.login is not None
    pupil.follow(pupil.login.name)
    pupil.page.get_by_role("heading", name="Lớp 4A · năm học").wait_for()
    pupil.looks("pupil-own")

    assert steps.pass_all(pupil, demo.trust(), "Tải bản in (PDF)")
    assert pupil.go(anothers) == 404


def test_a_subject_teacher_has_the_own_subject_only(demo: Demo, enter: Enter) -> None:
    code = demo.class_code(FIRST, "3A")
    teacher = enter("tienganh")
    teacher.opens("/lop/")
    teacher.looks("subject-teacher-classes")
    teacher.opens(f"/lop/{code}/mon/NN1/")
    teacher.looks("subject-teacher-own")

    assert teacher.go(f"/lop/{code}/mon/TOAN/") == 404
    assert {teacher.go(f"/lop/{code}/{page}/") for page in ("hoan-thanh", "phat-hanh", "ky/gvcn")} <= {
        403,
        404,
    }
    assert teacher.go(f"/lop/{demo.class_code(SECOND, '3A')}/") == 404


def test_teachers_enter_what_is_missing(demo: Demo, enter: Enter) -> None:
    code = demo.class_code(FIRST, "1A")
    music, homeroom = enter("amnhac"), enter("chunhiem.1a")
    homeroom.opens(f"/lop/{code}/hoan-thanh/")
    lacking = homeroom.page.locator(".fix-list li").filter(has_text="Âm nhạc")
    before, name = lacking.count(), lacking.first.inner_text().split(":")[0]
    assert "Người sửa: giáo viên bộ môn" in lacking.first.inner_text()
    homeroom.looks("homeroom-missing")

    music.opens(f"/lop/{code}/mon/AN/")
    row = music.page.locator("#results tbody tr").filter(has_text=name)
    row.get_by_role("combobox").select_option("T")
    row.locator("textarea").fill("Hát đúng giai điệu, mạnh dạn biểu diễn (bản mẫu).")
    music.looks("subject-teacher-entering")
    music.press("Lưu")
    music.reads("Đã lưu lúc")

    homeroom.page.reload()
    assert lacking.count() == before - 1
    homeroom.opens(f"/lop/{code}/chu-nhiem/")
    homeroom.looks("homeroom-traits")


def test_the_school_administrator_keeps_staff_and_sees_no_result(demo: Demo, enter: Enter) -> None:
    code = demo.class_code(FIRST, "4A")
    administrator = enter("quantri")
    administrator.opens("/nhan-su/")
    assert administrator.has(demo.logins["hieutruong"].name)
    administrator.looks("administrator-staff")
    administrator.follow(demo.logins["hieutruong"].name)
    administrator.page.get_by_role("heading", name=demo.logins["hieutruong"].name).wait_for()
    administrator.looks("administrator-person")
    administrator.opens(f"/lop/{code}/")
    assert administrator.has("Tài khoản này không xem hồ sơ và kết quả của học sinh.")
    administrator.looks("administrator-class")

    closed = [f"/lop/{code}/{page}/" for page in ("mon/TOAN", "chu-nhiem", "hoan-thanh", "phat-hanh")]
    closed.append(f"/hoc-ba/{demo.machine.issued('xml')[0].stem}/")
    assert {administrator.go(path) for path in closed} <= {403, 404}


def test_levels_above_see_numbers_and_the_department_approves(demo: Demo, enter: Enter) -> None:
    asked = demo.logins["chunhiem.5a.hai"].name
    department = enter("so")
    department.opens("/tien-do/")
    assert department.has("học sinh, 9 lớp")
    department.looks("department-standing")
    department.follow("Phòng Văn hóa – Xã hội Xã Mẫu Một")
    department.follow("Trường Tiểu học Bản Mẫu Một")
    department.page.get_by_role("heading", name="Trường Tiểu học Bản Mẫu Một").wait_for()
    row = department.page.get_by_role("row").filter(has_text="4A")
    assert row.count() == 1
    assert "12/12" in row.inner_text()
    department.looks("department-school")
    assert department.go(f"/hoc-ba/{demo.machine.issued('xml')[0].stem}/") in (403, 404)

    department.opens("/chung-thu/")
    department.reads("1 đề nghị đang chờ phê duyệt")
    department.looks("department-certificates")
    request = department.page.locator("section.card").filter(has_text=asked)
    request.get_by_role("button", name="Phê duyệt").click()
    department.reads("Đã phê duyệt. Quyết định được ghi vào sổ công khai.")
    assert not department.has("đề nghị đang chờ phê duyệt")

    for username, classes in (("bo", 9), ("xa", 8)):
        overseer = enter(username)
        overseer.opens("/tien-do/")
        assert overseer.has(f"học sinh, {classes} lớp")
        assert overseer.has("Phát hành")
        overseer.looks(f"{demo.logins[username].role}-standing")
        assert overseer.go(f"/lop/{demo.class_code(FIRST, '4A')}/") in (403, 404)


def test_a_class_walks_from_results_to_its_receipt_by_hand(demo: Demo, enter: Enter) -> None:
    code, count = demo.class_code(THIRD, "4A"), demo.plan(THIRD, "4A").pupils
    teacher = enter("chunhiem.4a.ba")
    teacher.opens("/lop/")
    teacher.looks("homeroom-classes")
    teacher.follow(f"Xác nhận hoàn thành: còn {count} em")
    teacher.looks("homeroom-confirm")
    teacher.press("Xác nhận hoàn thành")
    teacher.reads(f"Đã xác nhận hoàn thành {count} em. Cả lớp đã đủ.")

    registrar = enter("hocvu.ba")
    registrar.opens("/lop/")
    registrar.follow(f"Chốt dữ liệu để ký: {count} em")
    registrar.looks("registrar-sheet")
    steps.sheet_and_freeze(registrar, code, count)
    registrar.looks("registrar-frozen")

    steps.signs_after_a_wrong_pin(teacher, count)

    principal = enter("hieutruong.ba")
    steps.signs_as_leader(principal, count)

    clerk = enter("vanthu.ba")
    steps.seals(clerk, count)
    steps.finds_one_valid(clerk, count, demo.trust)
    steps.sees_all_received(clerk, code, count)


def test_a_missing_field_holds_one_pupil_until_the_registrar_mends_it(demo: Demo, enter: Enter) -> None:
    code, count = demo.class_code(FIRST, "2A"), demo.plan(FIRST, "2A").pupils
    registrar, clerk = enter("hocvu"), enter("vanthu")
    registrar.opens("/lop/")
    registrar.reloads_until(registrar.page.get_by_role("link", name=f"Chốt dữ liệu để ký: {count} em"))
    registrar.opens(f"/lop/{code}/")
    registrar.looks("registrar-class")
    registrar.page.locator("#pupils").get_by_role("link", name="Hồ sơ").first.click()
    pupil = registrar.page.get_by_role("heading", level=1).inner_text()
    birth_place = registrar.page.get_by_label("Nơi sinh").input_value()
    registrar.fill("Nơi sinh", "")
    registrar.press("Lưu hồ sơ")
    registrar.reads("Đã lưu hồ sơ lúc")

    steps.sheet_and_freeze(clerk, code, count - 1)
    clerk.reads("1 em chưa chốt được, xem danh sách còn thiếu.")
    held = clerk.page.locator(".fix-list li")
    assert held.count() == 1
    assert f"{pupil}: Nơi sinh" in held.inner_text()
    assert "Người sửa: học vụ" in held.inner_text()
    assert held.get_by_role("link").count() == 0
    clerk.looks("clerk-fix-list")

    registrar.opens(f"/lop/{code}/phat-hanh/")
    registrar.looks("registrar-fix-list")
    registrar.page.locator(".fix-list").get_by_role("link", name="Sửa").click()
    registrar.fill("Nơi sinh", birth_place)
    registrar.looks("registrar-pupil")
    registrar.press("Lưu hồ sơ")
    registrar.reads("Đã lưu hồ sơ lúc")
    registrar.opens(f"/lop/{code}/phat-hanh/")
    registrar.press("Chốt dữ liệu 1 em")
    registrar.reads("Đã chốt dữ liệu 1 em để ký.")
    registrar.reads(f"{count} em đã chốt, không có gì đổi, giữ nguyên chữ ký")
    assert registrar.page.locator(".fix-list li").count() == 0


def test_the_principal_returns_one_pupil_and_only_that_one_is_signed_again(demo: Demo, enter: Enter) -> None:
    code, count = demo.class_code(FIRST, "3A"), demo.plan(FIRST, "3A").pupils
    principal, teacher = enter("hieutruong"), enter("chunhiem.3a")
    principal.opens("/lop/")
    principal.reloads_until(principal.page.get_by_role("link", name=f"Ký số ({count})"))
    principal.opens(f"/lop/{code}/")
    principal.looks("principal-class")
    name = principal.page.locator("#pupils tbody th a").first.inner_text()
    principal.page.locator("#pupils tbody th a").first.click()
    principal.looks("principal-pupil-year")
    principal.press("Trả lại để sửa")
    principal.page.locator(".field__error").first.wait_for()
    principal.fill("Lý do", "Nhận xét môn Toán chưa đúng với mức đạt được")
    principal.press("Trả lại để sửa")
    principal.reads("Đã mở để sửa. Sửa xong, giáo viên chủ nhiệm xác nhận lại.")

    principal.opens(f"/lop/{code}/ky/cbql/")
    assert principal.page.locator("#cho-ky tbody tr").count() == count - 1
    assert not principal.has(name)
    principal.looks("principal-after-return")
    teacher.opens("/lop/")
    teacher.follow("Xác nhận hoàn thành: còn 1 em")
    assert teacher.page.locator("#summary").get_by_text("GVCN đã ký").count() == count - 1
    teacher.looks("homeroom-returned")
    teacher.follow(name)
    teacher.reads("Nhận xét môn Toán chưa đúng với mức đạt được")
    principal.opens("/nhat-ky/")
    principal.looks("principal-trail")
    assert principal.has("Nhận xét môn Toán chưa đúng với mức đạt được")


def test_one_is_withdrawn_corrected_and_issued_anew(demo: Demo, enter: Enter, tmp_path: Path) -> None:
    code = demo.class_code(FIRST, "4A")
    clerk, teacher, principal, stranger = map(enter, ("vanthu", "chunhiem.4a", "hieutruong", ""))
    mother = enter("phuhuynh3")
    mother.opens("/con-em/")
    name = mother.page.locator("main .person__name").first.inner_text()
    (old,) = steps.documents_of(clerk, code)[name]
    copy = tmp_path / "ban-cu.xml"
    copy.write_bytes(steps.withdraws(clerk, old, "Ghi sai nhận xét của giáo viên chủ nhiệm"))

    stranger.opens(f"/xac-thuc/{old}")
    assert stranger.has("Học bạ này đã bị thu hồi ngày")
    stranger.looks("stranger-code-withdrawn")
    mother.follow(name)
    mother.reads("Học bạ này đã bị thu hồi ngày")
    mother.looks("guardian-withdrawn")
    steps.uploads(stranger, copy)
    assert steps.words_of_verdicts(stranger) == ["Đã bị thu hồi"]
    stranger.looks("stranger-withdrawn")

    steps.corrects(teacher, code, name, "Em tiến bộ đều trong cả năm học (bản mẫu).")
    clerk.opens(f"/lop/{code}/phat-hanh/")
    clerk.press("Chốt dữ liệu 1 em")
    clerk.reads("Đã chốt dữ liệu 1 em để ký.")
    steps.all_sign(teacher, principal, clerk, code, 1)

    now = steps.documents_of(clerk, code)[name]
    (new,) = set(now) - {old}
    stranger.opens(f"/xac-thuc/{new}")
    assert stranger.has("Mã này có thật. Học bạ đang có giá trị.")
    stranger.opens(f"/xac-thuc/{old}")
    assert stranger.has("Học bạ này đã được thay thế bằng bản mới")
    clerk.opens(f"/hoc-ba/{new}/")
    clerk.reloads_until(clerk.page.get_by_role("link", name="Tải gói đầy đủ (ZIP)"))
    fresh = clerk.takes("Tải XML")
    assert "Em tiến bộ đều trong cả năm học".encode() in fresh
    assert verify_file(fresh, demo.trust(), clock.now()).indication is Indication.PASSED
    mother.page.reload()
    assert mother.has("Em tiến bộ đều trong cả năm học")
    steps.uploads(stranger, copy)
    assert steps.words_of_verdicts(stranger) == ["Đã được thay thế bằng bản mới"]
    stranger.looks("stranger-replaced")
