"""The whole way over HTTP: register, send, ask; good rows, bad rows, and everything twice."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
import requests
from lxml import etree

from exports.ministry.client import MinistryClient, Refused, Sender
from exports.ministry.messages import Response, Service
from exports.ministry.packages import Withdrawal, withdrawal_element
from tests.exports.receiver.road import (
    DEPARTMENT,
    LONELY_SCHOOL,
    OTHER_SCHOOL,
    SCHOOL,
    SCHOOL_YEAR,
    SENDER,
    Receiver,
    World,
    new_id,
    result,
    withdrawal_result,
)


def refusal(call: Callable[..., object], *arguments: object) -> tuple[str, str]:
    """Return code and named field of a refused request."""
    with pytest.raises(Refused) as caught:
        call(*arguments)
    return caught.value.answer.error, str(caught.value.answer.facts.get("error_filed_title", ""))


def test_registered_certificate_is_approved_and_told(receiver: Receiver, world: World) -> None:
    client, message = receiver.client(), new_id()

    registered = client.register_certificate(SENDER, world.registration(), message)
    told = client.check_certificate(SENDER, message)

    assert (registered.message_id, registered.response) == (message, Response.DONE)
    assert told.facts == {
        "serial_number": f"{world.school.certificate.serial_number:x}",
        "trang_thai_phe_duyet": 1,
    }


def test_sealed_transcripts_are_received_and_answered_row_by_row(
    approved: MinistryClient, world: World
) -> None:
    code, message = str(uuid.uuid4()), new_id()
    documents = [world.sealed(code=code, HO_VA_TEN="Nguyễn Bản Mẫu"), world.sealed(), world.sealed()]

    acknowledged = approved.submit(SENDER, world.package(documents), message)
    rows = result(approved, SENDER, message).rows()

    assert acknowledged.response is Response.DONE
    assert "3" in acknowledged.response_description
    assert [(row.state, row.error, row.error_description) for row in rows] == [(1, "", "")] * 3
    assert (rows[0].look_up_code, rows[0].pupil_name) == (code, "Nguyễn Bản Mẫu")
    assert (rows[0].pupil_code, rows[0].personal_number) == ("9900010100147", "099316000123")


def test_same_message_twice_is_received_once(
    receiver: Receiver, approved: MinistryClient, world: World
) -> None:
    message, package = new_id(), world.package([world.sealed()])

    first = approved.submit(SENDER, package, message)
    second = approved.submit(SENDER, package, message)

    assert first == second
    assert len(result(approved, SENDER, message).rows()) == 1
    other = world.package([world.sealed()])
    assert refusal(approved.submit, SENDER, other, message)[0] == "MESSAGE_ID_REUSED"


def test_same_bytes_again_get_the_same_answer_and_other_bytes_are_refused(
    approved: MinistryClient, world: World
) -> None:
    code = str(uuid.uuid4())
    document = world.sealed(code=code)
    forged = world.sealed(code=code, HO_VA_TEN="Nguyễn Bản Mẫu Hai")
    messages = [new_id(), new_id(), new_id()]

    for message, sent in zip(messages, (document, document, forged), strict=True):
        approved.submit(SENDER, world.package([sent]), message)
    first, second, third = (result(approved, SENDER, message).rows()[0] for message in messages)

    assert first.state == 1
    assert second == first
    assert (third.state, third.error, third.error_field_title) == (0, "ROW_DUPLICATE", "MA_TRA_CUU_UUID")
    assert "mã tra cứu mới" in third.error_description


def test_bad_rows_do_not_hold_up_good_ones(approved: MinistryClient, world: World) -> None:
    changed = world.sealed().replace("Nguyễn Thị Ánh Dương".encode(), "Nguyễn Thị Ánh Hồng".encode())
    missing = world.sealed().replace(b"<MA_KHOI>5</MA_KHOI>", b"")
    documents = [
        world.sealed(),
        changed,
        missing,
        world.sealed(MA_TRUONG=OTHER_SCHOOL),
        world.sealed(NAM_HOC="2025", TEN_NAM_HOC="2025-2026"),
        world.sealed(seal=world.stranger),
        b"<HOC_BA><rac></rac></HOC_BA>",
        world.sealed(),
    ]
    message = new_id()

    approved.submit(SENDER, world.package(documents), message)
    rows = result(approved, SENDER, message).rows()

    assert [(row.state, row.error, row.error_field_title) for row in rows] == [
        (1, "", ""),
        (0, "ROW_SIGNATURE", "GVCN"),
        (0, "ROW_FORMAT", "TEN_LOP"),
        (0, "ROW_SCHOOL", "MA_TRUONG"),
        (0, "ROW_YEAR", "NAM_HOC"),
        (0, "ROW_SEAL", "KY_PHAT_HANH"),
        (0, "ROW_FORMAT", "HOC_BA"),
        (1, "", ""),
    ]
    assert all(row.error_description for row in rows if row.error)


def test_department_may_send_for_its_school_and_not_for_another(
    receiver: Receiver, approved: MinistryClient, world: World
) -> None:
    department, message = receiver.client(DEPARTMENT), new_id()

    department.submit(SENDER, world.package([world.sealed()]), message)

    assert result(department, SENDER, message).rows()[0].state == 1
    for unit in (LONELY_SCHOOL, "12345678"):
        sender = Sender(unit, SCHOOL_YEAR)
        assert refusal(department.check_submission, sender, message)[0] == "UNIT_NOT_YOURS"
    assert (
        refusal(approved.check_submission, Sender(OTHER_SCHOOL, SCHOOL_YEAR), message)[0] == "UNIT_NOT_YOURS"
    )


def test_school_without_approved_certificate_is_told_so(receiver: Receiver, world: World) -> None:
    client = receiver.client(LONELY_SCHOOL)

    refused = refusal(client.submit, Sender(LONELY_SCHOOL, SCHOOL_YEAR), world.package([world.sealed()]), "m")

    assert refused[0] == "CERTIFICATE_NOT_APPROVED"


def test_list_signed_by_another_certificate_or_changed_is_refused(
    approved: MinistryClient, world: World
) -> None:
    document = world.sealed()
    foreign = world.package([document], key=world.stranger)
    person = world.package([document], key=world.leader)
    changed = world.package([document]).replace(b"<MA_KHOI>5<", b"<MA_KHOI>4<")

    assert refusal(approved.submit, SENDER, foreign, new_id())[0] == "LIST_SIGNER_NOT_APPROVED"
    assert refusal(approved.submit, SENDER, person, new_id())[0] == "LIST_SIGNATURE_INVALID"
    assert refusal(approved.submit, SENDER, changed, new_id())[0] == "LIST_SIGNATURE_INVALID"


def test_refused_list_may_come_again_under_the_same_message(approved: MinistryClient, world: World) -> None:
    document, message = world.sealed(), new_id()

    assert refusal(approved.submit, SENDER, world.package([document], key=world.stranger), message)
    approved.submit(SENDER, world.package([document]), message)

    assert result(approved, SENDER, message).rows()[0].state == 1


def test_registration_says_which_field_is_wrong(receiver: Receiver, world: World) -> None:
    client = receiver.client()
    good, person = world.registration(), world.registration(world.leader)

    def change(**changes: object):  # type: ignore[no-untyped-def]
        fields = {name: getattr(good, name) for name in good.__dataclass_fields__} | changes
        return type(good)(**fields)  # type: ignore[arg-type]

    other_serial = change(serial_number="1234")
    no_certificate = change(certificate_base64="QUJD")
    too_early = change(effective_on=good.effective_on.replace(year=good.effective_on.year - 1))
    register = client.register_certificate

    assert refusal(register, SENDER, other_serial, new_id()) == ("CERTIFICATE_SERIAL", "serial_number")
    assert refusal(register, SENDER, person, new_id()) == ("CERTIFICATE_ISSUER", "nha_phat_hanh")
    assert refusal(register, SENDER, no_certificate, new_id()) == ("CERTIFICATE_UNREADABLE", "chung_thu_so")
    assert refusal(register, SENDER, too_early, new_id()) == ("CERTIFICATE_PERIOD", "ngay_hieu_luc")


def test_certificate_of_one_unit_cannot_be_approved_for_another(
    receiver: Receiver, approved: MinistryClient, world: World
) -> None:
    thief, sender, message = receiver.client(LONELY_SCHOOL), Sender(LONELY_SCHOOL, SCHOOL_YEAR), new_id()

    refused = refusal(thief.register_certificate, sender, world.registration(whole=False), message)
    told = thief.check_certificate(sender, message)

    assert refused == ("CERTIFICATE_OTHER_UNIT", "serial_number")
    assert (told.facts["trang_thai_phe_duyet"], told.facts["error"]) == (0, "CERTIFICATE_OTHER_UNIT")


def test_certificate_registered_by_serial_only_is_pinned_by_the_first_list(
    receiver: Receiver, world: World
) -> None:
    client, sender = receiver.client(OTHER_SCHOOL), Sender(OTHER_SCHOOL, SCHOOL_YEAR)
    document, message = world.sealed(MA_TRUONG=OTHER_SCHOOL, TEN_TRUONG="B", seal=world.stranger), new_id()

    client.register_certificate(sender, world.registration(world.stranger, whole=False), new_id())
    client.submit(sender, world.package([document], key=world.stranger), message)

    assert result(client, sender, message).rows()[0].state == 1


def test_code_lists_are_told(receiver: Receiver) -> None:
    told = {
        service: [row["ma"] for row in receiver.post(service, b"{}").json()["danh_sach"]]
        for service in (Service.SIGNATURE_KINDS, Service.PROVIDERS)
    }

    assert told[Service.SIGNATURE_KINDS] == ["REMOTE_SIGNING", "USB_TOKEN"]
    assert told[Service.PROVIDERS] == ["VNPT", "BKAV", "VIETTEL", "BAN_CO_YEU"]


def withdrawal(document: bytes, **changes: str) -> bytes:
    """Return the line that asks to withdraw a sealed transcript."""
    general = etree.fromstring(document).find("DU_LIEU_HOC_BA/THONG_TIN_CHUNG")
    assert general is not None
    born = str(general.findtext("NGAY_SINH"))
    stated = {
        "look_up_code": str(general.findtext("MA_TRA_CUU_UUID")),
        "full_name": str(general.findtext("HO_VA_TEN")),
        "gender": str(general.findtext("GIOI_TINH")),
        "birth_date": f"{born[8:10]}/{born[5:7]}/{born[:4]}",
        "personal_number": str(general.findtext("SO_CCCD")),
        "school_name": str(general.findtext("TEN_TRUONG")),
        "school_code": SCHOOL,
        "school_year": str(general.findtext("TEN_NAM_HOC")),
    }
    return withdrawal_element(Withdrawal(**(stated | changes)))


def test_withdrawal_is_agreed_row_by_row_and_the_code_is_dead(approved: MinistryClient, world: World) -> None:
    document, kept = world.sealed(), world.sealed()
    sent, asked, again = new_id(), new_id(), new_id()
    approved.submit(SENDER, world.package([document, kept]), sent)
    result(approved, SENDER, sent)

    lines = [withdrawal(document), withdrawal(kept, full_name="Ai Khác"), withdrawal(world.sealed())]
    approved.withdraw(SENDER, world.package(lines), asked)
    rows = withdrawal_result(approved, SENDER, asked).rows()
    approved.submit(SENDER, world.package([document, kept]), again)
    resent = result(approved, SENDER, again).rows()

    assert [(row.state, row.error, row.error_field_title) for row in rows] == [
        (2, "", ""),
        (3, "ROW_DIFFERS", "HO_VA_TEN"),
        (3, "ROW_UNKNOWN", "MA_TRA_CUU_UUID"),
    ]
    assert [(row.state, row.error) for row in resent] == [(0, "ROW_WITHDRAWN"), (1, "")]


def test_unknown_message_is_told(approved: MinistryClient) -> None:
    assert refusal(approved.check_submission, SENDER, new_id())[0] == "MESSAGE_ID_UNKNOWN"
    assert refusal(approved.check_withdrawal, SENDER, new_id())[0] == "MESSAGE_ID_UNKNOWN"
    assert refusal(approved.check_certificate, SENDER, new_id())[0] == "MESSAGE_ID_UNKNOWN"


def test_with_a_register_of_persons_only_approved_signers_pass(
    make_receiver: Callable[..., Receiver], world: World
) -> None:
    receiver = make_receiver("registered", register=True)
    receiver.serve()
    client, message = receiver.client(), new_id()
    client.register_certificate(SENDER, world.registration(), new_id())
    unapproved = World(world.directory)  # the same PKI, newly issued keys that no register knows
    unapproved.school = world.school

    client.submit(SENDER, world.package([world.sealed(), unapproved.sealed()]), message)
    rows = result(client, SENDER, message).rows()

    assert (rows[0].state, rows[0].error) == (1, "")
    assert rows[1].state == 0
    assert rows[1].error in {"ROW_SIGNATURE", "ROW_OPEN"}
    assert rows[1].error_field_title == "GVCN"

    # The registry ended the school's seal, which this receiver had approved; a second seal signs the lists.
    second = world.pki.issue_organisation("Trường Tiểu học Bản Mẫu", SCHOOL)
    client.register_certificate(SENDER, world.registration(second), new_id())
    for ended, state in ((timedelta(minutes=50), 0), (timedelta(minutes=40), 1)):  # sealed 45 minutes ago
        world.write_trust(receiver.directory / "trust", register=True, seal_ended=world.now - ended)
        document, message = world.sealed(), new_id()
        assert (
            refusal(client.submit, SENDER, world.package([document]), new_id())[0]
            == "LIST_SIGNER_NOT_APPROVED"
        )
        client.submit(SENDER, world.package([document], key=second), message)
        (row,) = result(client, SENDER, message).rows()
        assert (row.state, row.error) == (state, "" if state else "ROW_SIGNATURE")
        assert state or ("chứng thư đã bị ngừng" in row.error_description)


def test_nothing_was_complained_about(receiver: Receiver, approved: MinistryClient) -> None:
    assert requests.get(f"{receiver.url}/healthz", timeout=10).text == "ok\n"
    assert requests.get(f"{receiver.url}/{Service.SUBMIT}", timeout=10).status_code == 405
    assert "Traceback" not in receiver.log()
