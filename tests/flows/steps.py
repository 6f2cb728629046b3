"""Steps that several stories take, and the other programs that are asked about a file."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

from lxml import etree

from hocba.kernel import clock
from signing.seal.trust import SignerRole, Trust
from signing.seal.verdict import Indication
from signing.seal.verify import verify_file
from tests.confirming import digits_told
from tests.flows.visitors import Visitor

DS = "http://www.w3.org/2000/09/xmldsig#"
IDS = (
    ("id", "HOC_BA"),
    ("Id", "DU_LIEU_HOC_BA"),
    ("Id", f"{DS}:SignatureValue"),
    ("Id", f"{DS}:SignatureProperty"),
    ("Id", "http://uri.etsi.org/01903/v1.3.2#:SignedProperties"),
)
WRONG_PIN = "000111"
ANCHORS = ("public-ca-1", "public-ca-2", "organisation-ca", "root")


def pin_of(visitor: Visitor) -> str:
    assert visitor.login is not None
    return visitor.login.pin


def sheet_and_freeze(office: Visitor, code: str, count: int) -> None:
    """Make the issue sheet of today and freeze `count` pupils with it."""
    office.opens(f"/lop/{code}/phat-hanh/")
    office.fill("Ngày phát hành", clock.now().astimezone(clock.VIETNAM).strftime("%d/%m/%Y"))
    leader = office.page.get_by_label("Người ký học bạ")
    leader.select_option(label=next(one for one in leader.inner_text().split("\n") if "– Hiệu trưởng" in one))
    office.press("Lưu tờ phát hành")
    office.reads("Người lập tờ")
    office.press(f"Chốt dữ liệu {count} em")
    office.reads(f"Đã chốt dữ liệu {count} em để ký.")


def documents_of(office: Visitor, code: str) -> dict[str, list[str]]:
    """Return the look-up codes of a class by pupil, in the order of issue."""
    office.opens(f"/lop/{code}/da-phat-hanh/")
    found: dict[str, list[str]] = {}
    for link in office.page.locator("main table a").all():
        found.setdefault(link.inner_text().strip(), []).append(
            (link.get_attribute("href") or "").strip("/").split("/")[-1]
        )
    return found


def uploads(stranger: Visitor, *files: Path) -> None:
    """Give files to the public verification."""
    stranger.opens("/xac-thuc/")
    stranger.page.set_input_files("[name=files]", [str(one) for one in files])
    stranger.press("Kiểm tra")
    stranger.page.locator(".verdict__word, .field__error").first.wait_for()


def words_of_verdicts(stranger: Visitor) -> list[str]:
    """Return the large word of each verdict on the page."""
    return stranger.page.locator(".verdict__word").all_inner_texts()


def stated(file: Path, tag: str) -> str:
    """Return what a transcript states in a tag."""
    found = etree.parse(str(file)).find(f".//{tag}")
    assert found is not None
    assert found.text
    return found.text


def states(stranger: Visitor, name: str, born: str, number: str) -> None:
    """Give the pupil's particulars on the page of a code."""
    stranger.fill("Họ, đệm và tên của học sinh", name)
    stranger.fill("Ngày sinh", born)
    stranger.fill("Số định danh cá nhân", number)
    stranger.page.get_by_label("Tôi được học sinh hoặc gia đình đồng ý").check()
    confirms(stranger)
    stranger.press("Xem học bạ")


def confirms(stranger: Visitor) -> None:
    """Read the confirmation code's words on the page and write its digits."""
    stranger.fill("Mã xác nhận", digits_told(stranger.page.locator("main").inner_text()))


def looks_up(stranger: Visitor, code: str, name: str, born: str, number: str) -> None:
    """Open a transcript at the family's look-up, with all five fields."""
    stranger.opens("/tra-cuu/")
    stranger.fill("Mã tra cứu học bạ", code)
    stranger.fill("Họ, đệm và tên của học sinh", name)
    stranger.fill("Ngày sinh", born)
    stranger.fill("Số định danh", number)
    confirms(stranger)
    stranger.looks("stranger-look-up")
    stranger.press("Tra cứu")
    stranger.page.get_by_role("heading", name=name).wait_for()


def withdraws(clerk: Visitor, code: str, reason: str) -> bytes:
    """Withdraw an issued transcript, a first time without a reason; return its XML as it was."""
    clerk.opens(f"/hoc-ba/{code}/")
    copy = clerk.takes("Tải XML")
    clerk.press("Thu hồi học bạ này")
    clerk.reads("Hãy ghi lý do thu hồi.")
    clerk.fill("Lý do thu hồi", reason)
    clerk.page.get_by_label("Tôi đã đọc các hậu quả nêu trên").check()
    clerk.press("Thu hồi học bạ này")
    clerk.page.get_by_role("heading", name="Đã bị thu hồi").wait_for()
    clerk.looks("clerk-withdrawn")
    return copy


def pass_all(visitor: Visitor, trust: Trust, *links: str) -> bool:
    """Take the files behind these links and say whether our verifier passes each, offline."""
    verdicts = [verify_file(visitor.takes(link), trust, clock.now()) for link in links]
    return all(one.indication is Indication.PASSED for one in verdicts)


def corrects(teacher: Visitor, code: str, name: str, comment: str) -> None:
    """Reopen one pupil's year, change the homeroom teacher's comment, confirm again."""
    teacher.opens(f"/lop/{code}/")
    teacher.page.locator("#pupils").get_by_role("link", name=name, exact=True).click()
    teacher.fill("Lý do", "Sửa nhận xét, cấp lại học bạ")
    teacher.press("Mở lại để sửa")
    teacher.reads("Đã mở để sửa. Sửa xong, giáo viên chủ nhiệm xác nhận lại.")
    teacher.follow("Sửa phẩm chất, năng lực, nhận xét")
    teacher.fill("Nhận xét chung của giáo viên chủ nhiệm", comment)
    teacher.press("Lưu")
    teacher.reads("Đã lưu lúc")
    teacher.opens(f"/lop/{code}/hoan-thanh/")
    teacher.press("Xác nhận hoàn thành")
    teacher.reads("Đã xác nhận hoàn thành 1 em. Cả lớp đã đủ.")


def all_sign(teacher: Visitor, principal: Visitor, clerk: Visitor, code: str, count: int) -> None:
    """Have the three sign a frozen class, one after the other."""
    for signer, role, button in (
        (teacher, "gvcn", f"Ký số ({count})"),
        (principal, "cbql", f"Ký số ({count})"),
        (clerk, "kph", f"Ký số phát hành ({count})"),
    ):
        signer.opens(f"/lop/{code}/ky/{role}/")
        signer.sign(button, pin_of(signer))


def xmlsec1(file: Path, role: SignerRole, trust: Path) -> bool:
    """Say whether xmlsec1 accepts that signature, its certificate's path included."""
    command = ["xmlsec1", "--verify", "--enabled-key-data", "x509"]
    for attribute, element in IDS:
        command += [f"--id-attr:{attribute}", element]
    for anchor in ANCHORS:
        command += ["--trusted-pem", str(trust / f"{anchor}.pem")]
    slot = f"//*[local-name()='{role.value}']/*[local-name()='Signature']"
    return subprocess.run([*command, "--node-xpath", slot, str(file)], capture_output=True).returncode == 0


def pdfsig(file: Path) -> bool:
    """Say whether Poppler finds the seal valid and the archive timestamp around the whole file."""
    said = subprocess.run(["pdfsig", "-nocert", str(file)], capture_output=True, text=True).stdout
    seal, archive = said.split("Signature #2")
    return "Signature is Valid" in seal and "Total document signed" in archive


def signs_after_a_wrong_pin(teacher: Visitor, count: int) -> None:
    """Sign the own class; a wrong PIN first, which costs one try and nothing else."""
    teacher.opens("/lop/")
    teacher.follow(f"Ký số cả lớp ({count})")
    teacher.looks("homeroom-sign")
    teacher.fill("Mã PIN của chứng thư", WRONG_PIN)
    teacher.press(f"Ký số ({count})")
    teacher.reads("Mã PIN không đúng. Còn 4 lần thử")
    teacher.looks("homeroom-wrong-pin")
    teacher.sign(f"Ký số ({count})", pin_of(teacher))
    teacher.looks("homeroom-signed")


def signs_as_leader(principal: Visitor, count: int) -> None:
    """Sign the class that waits in the principal's queue."""
    principal.opens("/lop/")
    principal.follow(f"Ký số ({count})")
    principal.looks("principal-sign")
    principal.sign(f"Ký số ({count})", pin_of(principal))


def seals(clerk: Visitor, count: int) -> None:
    """Seal the class that waits in the clerk's queue."""
    clerk.opens("/lop/")
    clerk.follow(f"Ký số phát hành ({count})")
    clerk.looks("clerk-seal")
    clerk.sign(f"Ký số phát hành ({count})", pin_of(clerk))
    clerk.looks("clerk-sealed")


def finds_one_valid(clerk: Visitor, count: int, trust: Callable[[], Trust]) -> None:
    """Open the list of what was issued and one transcript of it; its three files must pass."""
    clerk.follow("Xem học bạ đã phát hành")
    clerk.looks("clerk-issued")
    assert clerk.page.locator("main table a").count() == count
    clerk.page.locator("main table a").first.click()
    clerk.page.get_by_role("heading", name="Hợp lệ").wait_for()
    clerk.reloads_until(clerk.page.get_by_role("link", name="Tải gói đầy đủ (ZIP)"))
    clerk.looks("clerk-document")
    assert pass_all(clerk, trust(), "Tải PDF", "Tải XML", "Tải gói đầy đủ (ZIP)")


def sees_all_received(clerk: Visitor, code: str, count: int) -> None:
    """Wait on the delivery page until the receiver has answered for the whole class."""
    clerk.opens(f"/gui-so/lop/{code}/")
    clerk.reloads_until(clerk.page.locator("tbody").get_by_text("Đã tiếp nhận", exact=True), count)
    clerk.looks("clerk-delivered-class")
    clerk.opens("/gui-so/")
    clerk.looks("clerk-deliveries")
