"""Messages: the Ministry's names, read strictly."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports.ministry import wire
from exports.ministry.messages import (
    Answer,
    Authentication,
    CertificateRegistration,
    Provider,
    Response,
    ResultRow,
    SignatureKind,
    Transaction,
    normal_serial,
    password_hash,
    request_body,
)

ENVELOPE = {
    "token": "abc",
    "user_name": "79",
    "password": password_hash("bí mật"),
    "ma_don_vi": "79000001",
    "nam_hoc": 2025,
    "messageid": "m-1",
    "type": "1",
    "function": "GUI_HOC_BA",
}


def test_password_is_sha256_of_the_secret() -> None:
    assert password_hash("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_envelope_round_trips_in_the_ministrys_names() -> None:
    authentication = Authentication.of_json({"authenticationRequest": ENVELOPE})

    assert request_body(authentication) == {"authenticationRequest": ENVELOPE}
    assert authentication.transaction is Transaction.SUBMIT
    assert ENVELOPE["password"] not in repr(authentication)


@pytest.mark.parametrize("name", sorted(ENVELOPE))
def test_each_envelope_field_is_required(name: str) -> None:
    for broken in ({key: value for key, value in ENVELOPE.items() if key != name}, ENVELOPE | {name: None}):
        with pytest.raises(wire.MessageError) as caught:
            Authentication.of_json({"authenticationRequest": broken})

        assert (caught.value.fault, caught.value.field) == (wire.WireFault.MISSING, name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("nam_hoc", "2025"),
        ("nam_hoc", True),
        ("nam_hoc", 10**400),
        ("nam_hoc", -1),
        ("type", "7"),
        ("type", 1),
        ("password", "abc"),
        ("ma_don_vi", "79'; DROP"),
        ("ma_don_vi", "x" * 101),
        ("messageid", "a\x00b"),
        ("messageid", "٣"),
        ("user_name", ["79"]),
        ("user_name", {"a": 1}),
        ("function", "a\u202eb"),
        ("function", "a\ud800b"),
        ("token", "có dấu"),
    ],
)
def test_envelope_field_of_a_wrong_kind_is_named(name: str, value: object) -> None:
    with pytest.raises(wire.MessageError) as caught:
        Authentication.of_json({"authenticationRequest": ENVELOPE | {name: value}})

    assert (caught.value.fault, caught.value.field) == (wire.WireFault.FIELD, name)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"{",
        b'{"a":NaN}',
        b'{"a":1.5}',
        b'{"a":1e999}',
        b'{"a":1,"a":2}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"a":' + b"9" * 5000 + b"}",
    ],
)
def test_broken_json_is_refused(body: bytes) -> None:
    with pytest.raises(wire.MessageError) as caught:
        wire.load_object(body)

    assert caught.value.fault is wire.WireFault.JSON


def test_json_that_is_no_object_is_refused() -> None:
    with pytest.raises(wire.MessageError) as caught:
        wire.load_object(b"[]")

    assert caught.value.fault is wire.WireFault.SHAPE


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        assert isinstance(wire.load_object(body), dict)
    except wire.MessageError as error:
        assert error.fault in wire.WireFault


def test_registration_round_trips() -> None:
    registration = CertificateRegistration(
        "1f2a", date(2026, 1, 2), SignatureKind.USB_TOKEN, Provider.BAN_CO_YEU, "QUJD"
    )

    assert registration.as_json() == {
        "serial_number": "1f2a",
        "ngay_hieu_luc": "2026-01-02",
        "ma_kieu_chu_ky": "USB_TOKEN",
        "nha_phat_hanh": "BAN_CO_YEU",
        "chung_thu_so": "QUJD",
    }
    assert CertificateRegistration.of_json({"content": registration.as_json()}) == registration


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("serial_number", "xyz"),
        ("serial_number", "00"),
        ("ngay_hieu_luc", "2026-02-30"),
        ("ngay_hieu_luc", "02/01/2026"),
        ("ma_kieu_chu_ky", "PAPER"),
        ("nha_phat_hanh", "NOBODY"),
    ],
)
def test_registration_names_the_wrong_field(name: str, value: str) -> None:
    fields = CertificateRegistration("1f", date(2026, 1, 2), SignatureKind.USB_TOKEN, Provider.VNPT).as_json()

    with pytest.raises(wire.MessageError) as caught:
        CertificateRegistration.of_json({"content": fields | {name: value}})

    assert caught.value.field == name


def test_serial_numbers_of_different_writing_are_one() -> None:
    assert normal_serial("00:1F:2A") == normal_serial("1f2a") == normal_serial("001F 2A") == "1f2a"


def test_answer_with_rows_round_trips() -> None:
    row = ResultRow("7900000001", "Nguyễn Bản Mẫu", "", "u", 0, "SCHEMA", "MA_KHOI", "Thiếu.")
    answer = Answer("m-1", Response.DONE, "Đã có kết quả.", facts={"danh_sach": [row.as_json()]})

    read = Answer.of_json(json.loads(wire.dump(answer.as_json())))

    assert read == answer
    assert read.rows() == (row,)


def test_answer_text_is_made_harmless() -> None:
    read = ResultRow.of_json({"ten_hoc_sinh": "A\x00B\u202eC" + "x" * 900, "trang_thai": None})

    assert read.pupil_name == "A B C" + "x" * 195
    assert read.state is None
