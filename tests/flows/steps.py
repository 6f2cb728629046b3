"""Steps that several stories take, and the other programs that are asked about a file."""

from __future__ import annotations

import subprocess
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
