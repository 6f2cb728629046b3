"""The doors of the nine services: one request in, one answer out."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from exports.ministry import wire
from exports.ministry.messages import (
    ENVELOPE,
    TRANSACTION_OF,
    Answer,
    Authentication,
    CertificateRegistration,
    CertificateState,
    Login,
    Response,
    ResultRow,
    Service,
)
from exports.receiver import accounts, certificates, door, reception, sentences, worker
from exports.receiver.accounts import Caller
from exports.receiver.models import Certificate, Refusal
from exports.receiver.refused import Code, RequestRefused
from hocba.kernel import clock

Body = dict[str, object]

_REFUSALS_KEPT = 200
"""Per account: enough to see what a programme does wrong, too few to fill a disk with."""


@csrf_exempt
def serve(request: HttpRequest, service: Service) -> HttpResponse:
    """Answer one request to one service; whatever comes in, an answer in the Ministry's shape goes out."""
    worker.thread.nudge()
    if request.method != "POST":
        return door.refusal(RequestRefused(Code.METHOD))
    body: Body = {}
    try:
        body = wire.load_object(door.read_body(request))
        given, status = _answer(service, body)
    except RequestRefused as refused:
        refused.message_id = refused.message_id or _message_id(body)
        return door.refusal(refused)
    except wire.MessageError as error:
        return door.refusal(RequestRefused(error.fault, error.field, _message_id(body)))
    return door.answer(given, status)


def _message_id(body: Body) -> str:
    envelope = body.get(ENVELOPE)
    return wire.clean_text(envelope.get("messageid")) if isinstance(envelope, dict) else ""


def _answer(service: Service, body: Body) -> tuple[Answer, int]:
    if service in _OPEN:
        return _OPEN[service](body), 200
    authentication = Authentication.of_json(body)
    caller = accounts.authenticate(authentication, clock.now())
    try:
        if authentication.transaction is not TRANSACTION_OF[service]:
            raise RequestRefused(Code.TYPE, "type")
        return _PRIVATE[service](caller, body)
    except (RequestRefused, wire.MessageError) as error:
        _remember(caller, service, error)
        raise


def _remember(caller: Caller, service: Service, error: RequestRefused | wire.MessageError) -> None:
    code = error.code if isinstance(error, RequestRefused) else error.fault
    Refusal.objects.create(
        account=caller.account,
        service=service.value,
        message_id=caller.authentication.message_id,
        error=code,
        field=wire.clean_text(error.field, 60),
        refused_at=clock.now(),
    )
    mine = Refusal.objects.filter(account=caller.account).order_by("-pk")
    oldest = mine.values_list("pk", flat=True)[_REFUSALS_KEPT : _REFUSALS_KEPT + 1].first()
    if oldest is not None:
        mine.filter(pk__lte=oldest).delete()


def _token(body: Body) -> Answer:
    account = accounts.log_in(Login.of_json(body))
    token, expires_at = accounts.give_token(account, clock.now())
    facts: Body = {"token": token, "expires_at": clock.iso_vietnam(expires_at)}
    return Answer("", Response.DONE, str(sentences.TOKEN_GIVEN), facts=facts)


def _code_list(codes: dict[str, object]) -> Answer:
    listed = [{"ma": code, "ten": str(name)} for code, name in codes.items()]
    return Answer("", Response.DONE, str(sentences.CODE_LIST), facts={"danh_sach": listed})


def _register(caller: Caller, body: Body) -> tuple[Answer, int]:
    registration = CertificateRegistration.of_json(body)
    made = certificates.register(caller, registration, clock.now())
    message_id = made.message_id
    if made.state == Certificate.State.REFUSED:
        description = sentences.of_request(made.error, made.field)
        facts: Body = {"error_filed_title": made.field}
        return Answer(message_id, Response.REFUSED, "", made.error, description, facts), 422
    return Answer(message_id, Response.DONE, str(sentences.CERTIFICATE_RECEIVED)), 200


def _check_certificate(caller: Caller, body: Body) -> tuple[Answer, int]:
    found = certificates.registered(caller)
    facts: Body = {"serial_number": found.serial}
    if found.state == Certificate.State.WAITING:
        return Answer(
            found.message_id, Response.WORKING, str(sentences.CERTIFICATE_WAITING), facts=facts
        ), 200
    if found.state == Certificate.State.APPROVED:
        facts["trang_thai_phe_duyet"] = int(CertificateState.APPROVED)
        return Answer(found.message_id, Response.DONE, str(sentences.CERTIFICATE_APPROVED), facts=facts), 200
    facts |= {
        "trang_thai_phe_duyet": int(CertificateState.REFUSED),
        "error": found.error,
        "error_filed_title": found.field,
        "error_description": sentences.of_request(found.error, found.field),
    }
    return Answer(found.message_id, Response.DONE, facts=facts), 200


def _receive(caller: Caller, body: Body) -> tuple[Answer, int]:
    content = body.get("content")
    if not isinstance(content, str) or not content:
        raise wire.MessageError(wire.WireFault.MISSING, "content")
    kept = reception.receive(caller, content, clock.now())
    worker.thread.nudge()
    sentence = sentences.RECEIVED if kept.is_submission else sentences.WITHDRAWAL_RECEIVED
    told = str(sentence).replace("{count}", str(kept.rows.count()))
    return Answer(kept.message_id, Response.DONE, told), 200


def _results(caller: Caller, body: Body) -> tuple[Answer, int]:
    found = reception.asked_about(caller)
    rows = list(found.rows.order_by("position"))
    done = sum(row.judged for row in rows)
    response = Response.DONE if done == len(rows) else Response.WORKING
    sentence = sentences.ANSWERED if done == len(rows) else sentences.WORKING
    told = str(sentence).replace("{count}", str(len(rows))).replace("{done}", str(done))
    listed = [
        ResultRow(
            row.pupil_code,
            row.pupil_name,
            row.personal_number,
            row.look_up_code,
            row.state,
            row.error,
            row.field,
            row.description,
        ).as_json()
        for row in rows
    ]
    return Answer(found.message_id, response, told, facts={"danh_sach": listed}), 200


_OPEN: dict[Service, Callable[[Body], Answer]] = {
    Service.TOKEN: _token,
    Service.SIGNATURE_KINDS: lambda body: _code_list(dict(sentences.SIGNATURE_KINDS)),
    Service.PROVIDERS: lambda body: _code_list(dict(sentences.PROVIDERS)),
}
_PRIVATE: dict[Service, Callable[[Caller, Body], tuple[Answer, int]]] = {
    Service.REGISTER_CERTIFICATE: _register,
    Service.CHECK_CERTIFICATE: _check_certificate,
    Service.SUBMIT: _receive,
    Service.CHECK_SUBMISSION: _results,
    Service.WITHDRAW: _receive,
    Service.CHECK_WITHDRAWAL: _results,
}


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address that does not exist."""
    given = Answer("", Response.REFUSED, "", "ADDRESS_UNKNOWN", _("Không có dịch vụ nào ở địa chỉ này."))
    return door.answer(given, 404)
