"""`manage.py establish`: a bare registry becomes one in which people sign in; bad files change nothing."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils.translation import override

from exports.actions import accounts
from exports.models import Destination
from hocba.establish.reading import read
from schools.models import Account, AuditEvent, Membership, Person, SchoolYear, Unit
from tests import factories

pytestmark = pytest.mark.django_db

EXAMPLE = Path(settings.BASE_DIR) / "deploy" / "establish.example.toml"
TEXT = EXAMPLE.read_text("utf-8")


@pytest.fixture(autouse=True)
def vietnamese() -> object:
    """Sentences as the operator reads them."""
    with override("vi"):
        yield


def run(directory: Path, text: str, *options: str) -> str:
    file, told = directory / "so.toml", io.StringIO()
    file.write_text(text, "utf-8")
    call_command("establish", str(file), *options, stdout=told)
    return told.getvalue()


def counts() -> list[int]:
    return [model.objects.count() for model in (Unit, Person, Account, Membership, SchoolYear, Destination)]


def test_a_bare_registry_is_one_in_which_the_department_adds_its_first_school(tmp_path: Path) -> None:
    told = run(tmp_path, TEXT)

    logins = dict(re.findall(r"^    (\S+)    ([a-z2-9-]{14})$", told, flags=re.MULTILINE))
    assert set(logins) == {"bo-ban-mau", "so-ban-mau"}
    department = Unit.objects.get(code="99")
    assert (department.path, department.province_name, department.level_id) == (
        "BGD.99.",
        "Tỉnh Bản Mẫu",
        "department",
    )
    assert SchoolYear.objects.get().code == "2026-2027"
    gate = Destination.objects.get()
    assert (gate.unit, gate.user_name, gate.secret_source) == (
        department,
        "99",
        "file:/run/secrets/destination_ministry",
    )
    client = Client()
    client.post("/dang-nhap/", {"username": "so-ban-mau", "password": logins["so-ban-mau"]})
    new = {"old": logins["so-ban-mau"], "new": "thuyền trôi trên sông", "again": "thuyền trôi trên sông"}
    client.post("/doi-mat-khau/", new)
    school = {
        "level": "school",
        "code": "99001001",
        "name": "Trường Tiểu học Mẫu",
        "education_levels": ["02"],
    }
    made = client.post("/don-vi/99/them/", school)
    assert made["Location"] == "/don-vi/99001001/"
    assert "Kho học bạ số của Bộ" in client.get("/noi-nhan/").content.decode()


def test_a_second_run_doubles_nothing_and_shows_no_password(tmp_path: Path) -> None:
    first = run(tmp_path, TEXT)
    before, passwords = counts(), [one.password for one in Account.objects.order_by("pk")]
    trail = AuditEvent.objects.count()

    second = run(tmp_path, TEXT)

    assert "Mật khẩu tạm" in first and "Mật khẩu" not in second
    assert "đã có, không đổi" in second and "đã lập" not in second
    assert (counts(), AuditEvent.objects.count()) == (before, trail)
    assert [one.password for one in Account.objects.order_by("pk")] == passwords


def test_what_the_file_states_otherwise_is_changed_and_told(tmp_path: Path) -> None:
    run(tmp_path, TEXT)
    changed = TEXT.replace("Sở Giáo dục và Đào tạo Tỉnh Bản Mẫu", "Sở Giáo dục và Đào tạo Tỉnh Mẫu Mới")
    changed = changed.replace("Trần Văn Bản Mẫu", "Trần Văn Ánh Mẫu").replace("2027-05-31", "2027-05-30")
    changed = changed.replace("https://kho.example.vn/hocba", "https://kho-moi.example.vn").replace(
        'secret_file = "/run/secrets/destination_ministry"', 'secret_env = "CONG_BO"'
    )
    before = counts()

    told = run(tmp_path, changed)

    assert counts() == before
    assert told.count("đã sửa") == 4
    assert Unit.objects.get(code="99").search_name == "so giao duc va dao tao tinh mau moi"
    assert Person.objects.get(personal_number="099000000002").full_name == "Trần Văn Ánh Mẫu"
    assert Destination.objects.get().secret_source == "env:CONG_BO"
    actions = set(AuditEvent.objects.order_by("-pk").values_list("action", flat=True)[:4])
    assert actions == {"unit.edit", "staff.rename", "school-year.edit", "destination.edit"}


def test_who_left_is_not_taken_on_again_and_a_resting_destination_rests(tmp_path: Path) -> None:
    run(tmp_path, TEXT)
    Membership.objects.update(to_on=factories.LONG_AGO, from_on=factories.LONG_AGO)
    Destination.objects.update(is_open=False)

    told = run(tmp_path, TEXT)

    assert told.count("vai trò đã kết thúc, không cấp lại") == 2
    assert Membership.objects.count() == 2
    assert not Destination.objects.get().is_open


def test_a_year_and_a_department_more_are_added_to_what_is_there(tmp_path: Path) -> None:
    run(tmp_path, TEXT)
    more = (
        '\n[[department]]\ncode = "98"\nname = "Sở Mẫu Hai"\nprovince = "Tỉnh Mẫu Hai"\n[department.administrator]\n'
        'full_name = "Lê Thị Mẫu"\npersonal_number = "099000000003"\nusername = "so-mau-hai"\n'
        '[[school_year]]\ncode = "2027-2028"\nstarts_on = 2027-09-05\nends_on = 2028-05-31\n'
        "closes_on = 2028-06-30\nsupplementary_closes_on = 2028-08-15\n"
    )

    told = run(tmp_path, TEXT + more)

    assert re.findall(r"^    (\S+)    ", told, flags=re.MULTILINE) == ["so-mau-hai"]
    assert Unit.objects.get(code="98").path == "BGD.98."
    assert SchoolYear.objects.count() == 2


def test_a_check_says_what_it_would_do_and_writes_nothing(tmp_path: Path) -> None:
    before = counts()

    told = run(tmp_path, TEXT, "--check")

    assert "Sở Giáo dục và Đào tạo Tỉnh Bản Mẫu (99): đã lập" in told and "chưa ghi gì" in told
    assert "Mật khẩu" not in told
    assert counts() == before


BAD = [
    ("[ministry", "Tệp chưa đúng dạng TOML: .*at end of document"),
    (TEXT.replace('code = "99"\nname', "name"), r"Dòng \d+, \[department\] code: còn thiếu\."),
    (TEXT.replace('code = "BGD"', 'code = "B.GD"'), r"Dòng 13, \[ministry\] code: chỉ gồm chữ cái"),
    (
        TEXT.replace('"099000000002"', "99000000002"),
        r"\[department.administrator\] personal_number: gồm đúng 12",
    ),
    (TEXT.replace('"099000000002"', '"123"'), r"\[department.administrator\] personal_number: gồm đúng 12"),
    (TEXT.replace('"099000000002"', '"099000000001"'), r"personal_number: trùng với một mục ở trên"),
    (TEXT.replace('"so-ban-mau"', '"Sở"'), r"\[department.administrator\] username: gồm chữ thường"),
    (TEXT.replace("[[department]]", "[department]"), r"\[department\]: viết thành bảng \[\[department\]\]"),
    (TEXT.replace("2026-09-05", '"05/09/2026"'), r"\[school_year\] starts_on: là một ngày"),
    (
        TEXT.replace('"2026-2027"', '"2026-2028"'),
        r"\[school_year\] code: Năm học viết bằng hai năm liền nhau",
    ),
    (TEXT.replace("2027-06-30", "2027-05-01"), r"\[school_year\] closes_on: Ngày này không thể trước mốc"),
    (TEXT.replace("https://kho", "kho"), r"\[destination\] address: Hãy ghi địa chỉ đầy đủ"),
    (TEXT.replace('unit = "99"', 'unit = "79"'), r"\[destination\] unit: phải là mã của Bộ hoặc một Sở"),
    (TEXT + 'secret = "x"\n', r"\[destination\] secret: không ghi mật khẩu vào tệp này"),
    (TEXT + 'secret_env = "CONG_BO"\n', r"\[destination\] secret_env: chỉ ghi một trong hai"),
    (TEXT.replace('"/run/secrets/destination_ministry"', '"mat-khau"'), r"secret_file: là đường dẫn đầy đủ"),
    (TEXT + "open = 1\n", r"\[destination\] open: là true hoặc false"),
    (TEXT.replace("username =", "user_name ="), r"\[ministry.administrator\] user_name: không có mục này"),
    ("[schools]\n" + TEXT, r"Dòng 1, \[schools\]: không có mục này"),
    (
        TEXT.replace('Tỉnh Bản Mẫu"', 'Tỉnh \\u202e Mẫu"'),
        r"\[department\] name: Có ký tự ẩn làm đảo chiều chữ",
    ),
    ("", r"\[ministry\]: còn thiếu bảng \[ministry\]"),
]


@pytest.mark.parametrize(("text", "sentence"), BAD, ids=range(len(BAD)))
def test_a_bad_file_is_told_by_line_and_key_and_changes_nothing(
    tmp_path: Path, text: str, sentence: str
) -> None:
    before = counts()

    with pytest.raises(CommandError) as refused:
        run(tmp_path, text)

    assert re.search(sentence, str(refused.value)), refused.value
    assert str(refused.value).startswith("Chưa ghi gì.")
    assert counts() == before


def test_every_fault_of_a_file_is_told_at_once_in_its_order(tmp_path: Path) -> None:
    text = TEXT.replace('code = "BGD"', 'code = ""').replace('username = "so-ban-mau"', 'username = "x"')

    with pytest.raises(CommandError) as refused:
        run(tmp_path, text)

    lines = [int(number) for number in re.findall(r"Dòng (\d+)", str(refused.value))]
    expected = [text[: text.index(one)].count("\n") + 1 for one in ('code = ""', 'username = "x"')]
    assert lines == expected


@pytest.mark.parametrize("data", [b"\xff", b"a = '\n" * 20_000])
def test_no_bytes_break_it(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "so.toml").write_bytes(data)

    with pytest.raises(CommandError):
        call_command("establish", str(tmp_path / "so.toml"))
    with pytest.raises(CommandError, match="Không đọc được tệp"):
        call_command("establish", str(tmp_path / "khong-co.toml"))


def test_what_another_holds_is_not_taken_over(tmp_path: Path) -> None:
    run(tmp_path, TEXT)
    other = factories.a_person("Phạm Văn Khác", personal_number="099777000001")
    taken = TEXT.replace('"099000000002"', f'"{other.personal_number}"').replace(
        '"so-ban-mau"', '"nguoi-moi"'
    )
    name_taken = TEXT.replace('"099000000002"', '"099000000009"').replace("Trần Văn", "Hồ Văn")
    before = counts()

    for text, sentence in (
        (TEXT.replace('code = "BGD"', 'code = "BO2"'), "đã có đơn vị gốc mang mã BGD"),
        (name_taken, "Tên đăng nhập này đã có"),
        (taken, "nhưng với họ tên khác"),
    ):
        with pytest.raises(CommandError, match=sentence):
            run(tmp_path, text)

    assert counts() == before
    assert other.full_name == Person.objects.get(pk=other.pk).full_name


def test_the_example_is_visibly_a_specimen_and_holds_no_secret() -> None:
    plan = read(TEXT.encode())

    people = [one.administrator for one in (plan.ministry, *plan.departments)]
    assert TEXT.startswith("# BẢN MẪU – KHÔNG CÓ GIÁ TRỊ")
    assert all(one is not None and one.personal_number.startswith("0990000") for one in people)
    assert "example" in plan.destinations[0].base_url
    assert accounts.FILE == "file:" and plan.destinations[0].secret_source.startswith("file:/")
