"""Whatever stands before the doors gets an answer in the Ministry's shape, and never a 5xx."""

from __future__ import annotations

import base64
import gzip
import json
import socket
import struct
from collections.abc import Callable
from contextlib import ExitStack

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exports.ministry import content, wire
from exports.ministry.client import MinistryClient, Refused, Retryable
from exports.ministry.messages import (
    FUNCTION_OF,
    TRANSACTION_OF,
    Authentication,
    Login,
    Service,
    password_hash,
    request_body,
)
from exports.receiver.__main__ import THREADS
from hocba.bootstrap.supervise import free_port
from tests.exports.receiver.road import (
    SCHOOL,
    SCHOOL_YEAR,
    SECRET,
    SENDER,
    Receiver,
    World,
    new_id,
    result,
)

MB = 1024 * 1024
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def token_of(receiver: Receiver) -> str:
    """Get a token as a vendor's programme does."""
    login = Login(SCHOOL, password_hash(SECRET))
    answer = receiver.post(Service.TOKEN, wire.dump(login.as_json())).json()
    return str(answer["token"])


@pytest.fixture(scope="module")
def envelope(receiver: Receiver) -> Callable[..., dict[str, object]]:
    """Makes a right envelope, with what a test wants to be wrong."""
    token = token_of(receiver)

    def make(service: Service = Service.SUBMIT, **changes: object) -> dict[str, object]:
        transaction = TRANSACTION_OF[service]
        right = Authentication(
            token,
            SCHOOL,
            password_hash(SECRET),
            SCHOOL,
            SCHOOL_YEAR,
            new_id(),
            transaction,
            FUNCTION_OF[transaction],
        )
        return right.as_json() | changes

    return make


def asked(receiver: Receiver, service: Service, body: object) -> tuple[int, str]:
    """Return status and error code, after checking the shape of the answer."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    response = receiver.post(service, data)
    answer = response.json()
    assert {"MessageId", "Error", "ErrorDescription", "ResponseCode", "ResponseDescription"} <= set(answer)
    assert bool(answer["ErrorDescription"]) == bool(answer["Error"]) == ("error_number" in answer)
    return response.status_code, answer["Error"]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"password": password_hash("sai")}, 401, "LOGIN_WRONG"),
        ({"password": SECRET}, 400, "MESSAGE_FIELD"),
        ({"user_name": "00000000"}, 401, "LOGIN_WRONG"),
        ({"user_name": "a\x00b"}, 400, "MESSAGE_FIELD"),
        ({"token": "sai"}, 401, "TOKEN_UNKNOWN"),
        ({"token": None}, 400, "MESSAGE_MISSING"),
        ({"ma_don_vi": "12345678"}, 403, "UNIT_NOT_YOURS"),
        ({"ma_don_vi": "' OR 1=1 --"}, 400, "MESSAGE_FIELD"),
        ({"nam_hoc": "2026"}, 400, "MESSAGE_FIELD"),
        ({"nam_hoc": 2026.5}, 400, "MESSAGE_JSON"),
        ({"type": "2"}, 422, "TYPE_OTHER_SERVICE"),
        ({"type": "9"}, 400, "MESSAGE_FIELD"),
        ({"messageid": "x" * 101}, 400, "MESSAGE_FIELD"),
        ({"messageid": ""}, 400, "MESSAGE_MISSING"),
        ({"function": "\ud800"}, 400, "MESSAGE_FIELD"),
        ({"function": "a\u202eb"}, 400, "MESSAGE_FIELD"),
    ],
)
def test_wrong_envelope_has_its_own_answer(
    receiver: Receiver,
    envelope: Callable[..., dict[str, object]],
    changes: dict[str, object],
    status: int,
    code: str,
) -> None:
    body = {"authenticationRequest": envelope(**changes), "content": "AAAA"}

    assert asked(receiver, Service.SUBMIT, body) == (status, code)


def test_refusals_tell_the_message_and_the_field(
    receiver: Receiver, envelope: Callable[..., dict[str, object]]
) -> None:
    body = {"authenticationRequest": envelope(messageid="m-17", nam_hoc=None)}

    answer = receiver.post(Service.SUBMIT, json.dumps(body)).json()

    assert answer["MessageId"] == "m-17"
    assert answer["ErrorDescription"] == "Thiếu trường nam_hoc."
    assert answer["ResponseCode"] == "99"


@pytest.mark.parametrize(
    ("packed", "code"),
    [
        (None, "MESSAGE_MISSING"),
        (17, "MESSAGE_MISSING"),
        ("", "MESSAGE_MISSING"),
        ("không phải base64", "CONTENT_BASE64"),
        ("AAAA", "CONTENT_SHORT"),
        (
            base64.b64encode(struct.pack("<I", 2**32 - 1) + gzip.compress(b"x", mtime=0)).decode(),
            "CONTENT_TOO_LARGE",
        ),
        (
            base64.b64encode(struct.pack("<I", 9) + gzip.compress(bytes(50 * MB), mtime=0)).decode(),
            "CONTENT_LENGTH",
        ),
        (base64.b64encode(struct.pack("<I", 9) + b"not gzip!").decode(), "CONTENT_GZIP"),
        (content.encode(b"<rac"), "LIST_XML"),
        (content.encode(b"<rac/>"), "LIST_ROOT"),
        (content.encode(b'<DANH_SACH_HOC_BA id="dataDanhSach"/>'), "LIST_EMPTY"),
        (content.encode(b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), "LIST_DOCTYPE"),
        (
            content.encode(b'<DANH_SACH_HOC_BA id="dataDanhSach"><HOC_BA><a/></HOC_BA></DANH_SACH_HOC_BA>'),
            "LIST_SIGNATURE_MISSING",
        ),
        (
            content.encode(
                b'<DANH_SACH_HOC_BA id="dataDanhSach"><HOC_BA><a/></HOC_BA><Signature><b/></Signature>'
                b"</DANH_SACH_HOC_BA>"
            ),
            "LIST_SIGNATURE_INVALID",
        ),
    ],
)
def test_wrong_content_has_its_own_answer(
    receiver: Receiver,
    approved: MinistryClient,
    envelope: Callable[..., dict[str, object]],
    packed: object,
    code: str,
) -> None:
    body = {"authenticationRequest": envelope(), "content": packed}

    status, error = asked(receiver, Service.SUBMIT, body)

    assert error == code
    assert status in {400, 422}


LIST = '<DANH_SACH_HOC_BA xmlns:xi="http://www.w3.org/2001/XInclude" id="dataDanhSach">{0}</DANH_SACH_HOC_BA>'
LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
ELSEWHERE = {
    "entity": '<!DOCTYPE a [<!ENTITY e SYSTEM "{url}">]>' + LIST.format("&e;"),
    "parameter entity": '<!DOCTYPE a [<!ENTITY % e SYSTEM "{url}"> %e;]>' + LIST.format(""),
    "type elsewhere": '<!DOCTYPE a SYSTEM "{url}">' + LIST.format("<HOC_BA/>"),
    "include": LIST.format(
        '<HOC_BA><xi:include href="{url}" parse="text"/></HOC_BA><Signature><a/></Signature>'
    ),
    "style": '<?xml-stylesheet href="{url}"?>'
    + LIST.format("<HOC_BA><a/></HOC_BA><Signature><a/></Signature>"),
    "signed part elsewhere": LIST.format(
        '<HOC_BA><a/></HOC_BA><Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo>'
        '<Reference URI="{url}"/></SignedInfo><KeyInfo><RetrievalMethod URI="{url}"/></KeyInfo></Signature>'
    ),
    "laughs": '<!DOCTYPE a [<!ENTITY a0 "ha">' + LAUGHS + "]>" + LIST.format("&a11;"),
}


@pytest.mark.parametrize("service", [Service.SUBMIT, Service.WITHDRAW])
def test_nothing_sent_makes_it_call_anybody_or_grow(
    receiver: Receiver,
    approved: MinistryClient,
    envelope: Callable[..., dict[str, object]],
    service: Service,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/x"
        errors = {}
        for name, sent in ELSEWHERE.items():
            packed = content.encode(sent.replace("{url}", url).encode())
            body = {"authenticationRequest": envelope(service), "content": packed}
            status, errors[name] = asked(receiver, service, body)
            assert status == 422, name
        listener.setblocking(False)
        with pytest.raises(BlockingIOError):
            listener.accept()

    assert {name for name, error in errors.items() if error == "LIST_DOCTYPE"} == {
        "entity", "parameter entity", "type elsewhere", "laughs",
    }  # fmt: skip
    assert all(error.startswith("LIST_") for error in errors.values()), errors


def test_10_mb_are_read_and_one_byte_more_is_not(receiver: Receiver) -> None:
    limit = wire.MAX_REQUEST_BYTES
    frame = len(b'{"a":""}')

    assert limit == 10_485_760
    assert asked(receiver, Service.SUBMIT, b'{"a":"' + b"x" * (limit - frame) + b'"}') == (
        400,
        "MESSAGE_MISSING",
    )
    assert asked(receiver, Service.SUBMIT, b'{"a":"' + b"x" * (limit - frame + 1) + b'"}') == (
        413,
        "REQUEST_TOO_LARGE",
    )


def spoken(receiver: Receiver, head: bytes, *, ends: bool = True) -> bytes:
    """Say raw bytes to the receiver and return what it answers."""
    with socket.create_connection(("127.0.0.1", receiver.port), timeout=30) as connection:
        connection.sendall(head)
        if ends:
            connection.shutdown(socket.SHUT_WR)
        heard = bytearray()
        while chunk := connection.recv(65536):
            heard += chunk
        return bytes(heard)


def test_length_is_judged_before_the_body_is_there(receiver: Receiver) -> None:
    head = f"POST /{Service.SUBMIT} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"

    enormous = spoken(receiver, f"{head}Content-Length: 99999999999\r\n\r\n".encode())
    without = spoken(receiver, f"{head}Transfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n".encode())
    cut = spoken(receiver, f"{head}Content-Length: 50\r\n\r\n{{}}".encode())

    assert enormous.startswith(b"HTTP/1.1 413")
    assert b"REQUEST_TOO_LARGE" in enormous
    assert without.startswith(b"HTTP/1.1 411")
    assert cut.startswith(b"HTTP/1.1 408")  # which our own client tries again
    assert b"REQUEST_INCOMPLETE" in cut


POST = f"POST /{Service.SUBMIT} HTTP/1.1\r\nHost: 127.0.0.1\r\n".encode()
SLOW = {
    "half a line": (b"POST /api/gui-hoc-ba HT", 408, "REQUEST_INCOMPLETE"),
    "half a head": (POST + b"X-A: b\r\n", 408, "REQUEST_INCOMPLETE"),
    "half a body": (POST + b"Content-Length: 50\r\n\r\n{", 408, "REQUEST_INCOMPLETE"),
    "two lengths": (POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n", 400, "REQUEST_MALFORMED"),
    "large head": (POST + b"X-A: " + b"b" * 50_000, 431, "REQUEST_HEAD_TOO_LARGE"),
    "no http": (b"\x16\x03\x01\x02\x00\x01\r\n\r\n", 400, "REQUEST_MALFORMED"),
}


def test_who_sends_slowly_or_nonsense_holds_up_nobody_and_is_told(
    make_receiver: Callable[..., Receiver],
) -> None:
    receiver = make_receiver("slow", RECEIVER_BODY_SECONDS="1")
    receiver.serve()
    address = ("127.0.0.1", receiver.port)
    with ExitStack() as opened:
        many: list[tuple[str, socket.socket]] = []
        for kind in sorted(SLOW, key=lambda one: one.startswith("half")):
            for _ in range(THREADS + 1):
                many.append((kind, opened.enter_context(socket.create_connection(address, timeout=30))))
                many[-1][1].sendall(SLOW[kind][0])
        receiver.client().log_in()
        heard = [(kind, b"".join(iter(lambda one=one: one.recv(65536), b""))) for kind, one in many]

    for kind, told in heard:
        head, _, body = told.partition(b"\r\n\r\n")
        _sent, status, code = SLOW[kind]
        answer = json.loads(body)
        assert head.startswith(f"HTTP/1.1 {status} ".encode()), kind
        assert (answer["Error"], answer["ResponseCode"]) == (code, "99")
        assert answer["ErrorDescription"].startswith(("Yêu cầu", "Địa chỉ"))
        assert f"X-Request-Id: {answer['error_number']}".encode() in head
        assert answer["error_number"] in receiver.log()


def test_expired_token_is_renewed_by_the_client_once(make_receiver: Callable[..., Receiver]) -> None:
    receiver = make_receiver("hasty", RECEIVER_TOKEN_SECONDS="0")
    receiver.serve()

    with pytest.raises(Refused) as caught:
        receiver.client().check_submission(SENDER, new_id())

    assert caught.value.answer.error == "TOKEN_EXPIRED"


def test_client_gets_a_new_token_when_the_old_one_is_gone(
    receiver: Receiver, approved: MinistryClient, world: World
) -> None:
    client, message = receiver.client(), new_id()
    client._token = "gone"

    client.submit(SENDER, world.package([world.sealed()]), message)

    assert result(client, SENDER, message).rows()[0].state == 1


def test_client_tells_retryable_from_refused(receiver: Receiver) -> None:
    nobody = MinistryClient(f"http://127.0.0.1:{free_port()}", receiver.client()._credentials)
    elsewhere = MinistryClient(f"{receiver.url}/nowhere", receiver.client()._credentials)

    with pytest.raises(Retryable) as silent:
        nobody.log_in()
    with pytest.raises(Refused) as refused:
        receiver.client(secret="sai").check_submission(SENDER, new_id())
    with pytest.raises(Refused) as lost:
        elsewhere.log_in()

    assert silent.value.reason == "ConnectionError"
    assert refused.value.answer.error == "LOGIN_WRONG"
    assert lost.value.answer.error == "ADDRESS_UNKNOWN"


def test_store_that_cannot_be_written_is_said_and_mended(
    receiver: Receiver, approved: MinistryClient, world: World, make_receiver: Callable[..., Receiver]
) -> None:
    broken = make_receiver("full", RECEIVER_BLOB_DIR="/proc/hocba")
    broken.serve()
    client, message, package = broken.client(), new_id(), world.package([world.sealed()])
    client.register_certificate(SENDER, world.registration(), new_id())

    with pytest.raises(Retryable) as caught:
        client.submit(SENDER, package, message)
    with pytest.raises(Refused) as unknown:
        client.check_submission(SENDER, message)

    assert caught.value.reason == "http-503"
    assert unknown.value.answer.error == "MESSAGE_ID_UNKNOWN"  # nothing half-received


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@QUICK
@given(service=st.sampled_from(list(Service)), body=st.binary(max_size=300))
def test_any_bytes_get_an_answer(receiver: Receiver, service: Service, body: bytes) -> None:
    status, error = asked(receiver, service, body)

    assert status < 500
    assert error or service in {Service.PROVIDERS, Service.SIGNATURE_KINDS}


@QUICK
@given(
    service=st.sampled_from(list(TRANSACTION_OF)),
    field=st.sampled_from(sorted(Authentication.__dataclass_fields__)),
    value=JSON,
    packed=JSON,
)
def test_any_value_in_any_field_gets_an_answer(
    receiver: Receiver,
    envelope: Callable[..., dict[str, object]],
    service: Service,
    field: str,
    value: object,
    packed: object,
) -> None:
    names = dict(zip(sorted(Authentication.__dataclass_fields__), sorted(envelope()), strict=True))
    body = {"authenticationRequest": envelope(service, **{names[field]: value}), "content": packed}

    assert asked(receiver, service, body)[0] < 500


@QUICK
@given(value=JSON, name=st.sampled_from(["serial_number", "ngay_hieu_luc", "nha_phat_hanh", "chung_thu_so"]))
def test_any_value_in_a_registration_gets_an_answer(
    receiver: Receiver, envelope: Callable[..., dict[str, object]], world: World, name: str, value: object
) -> None:
    fields = world.registration().as_json() | {name: value}
    body = request_body(
        Authentication.of_json({"authenticationRequest": envelope(Service.REGISTER_CERTIFICATE)})
    )

    assert asked(receiver, Service.REGISTER_CERTIFICATE, body | {"content": fields})[0] < 500


@QUICK
@given(st.binary(max_size=400) | st.text(max_size=400).map(str.encode))
def test_any_list_signed_or_not_gets_an_answer(
    receiver: Receiver, approved: MinistryClient, envelope: Callable[..., dict[str, object]], inner: bytes
) -> None:
    opening, closing = (
        b'<DANH_SACH_HOC_BA id="dataDanhSach"><HOC_BA>',
        b"</HOC_BA><Signature><a/></Signature>",
    )
    plain = opening + inner + closing + b"</DANH_SACH_HOC_BA>"
    packed = base64.b64encode(struct.pack("<I", len(plain)) + gzip.compress(plain)).decode()

    status, error = asked(receiver, Service.SUBMIT, {"authenticationRequest": envelope(), "content": packed})

    assert status == 422
    assert error.startswith(("LIST_", "CONTENT_"))


def test_no_door_has_complained(receiver: Receiver) -> None:
    assert requests.get(f"{receiver.url}/healthz", timeout=10).status_code == 200
    assert "Traceback" not in receiver.log()
    assert SECRET not in receiver.log()
