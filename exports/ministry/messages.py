"""The six transactions and the services around them, as values; to and from JSON objects.

Field names are the Ministry's, its spelling included (`error_filed_title` in certificate registration).
What the Ministry has not published (addresses, `function`, where the fields of transaction 3 stand) is
decided here and written down in docs/receiver.md.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum, StrEnum

from exports.ministry.wire import (
    MessageError,
    WireFault,
    choice_of,
    clean_text,
    number_of,
    object_of,
    optional_text,
    text_of,
)

ENVELOPE = "authenticationRequest"


class Transaction(StrEnum):
    """The six transactions, by their code."""

    SUBMIT = "1"
    SUBMISSION_RESULT = "2"
    REGISTER_CERTIFICATE = "3"
    CERTIFICATE_RESULT = "4"
    WITHDRAW = "5"
    WITHDRAWAL_RESULT = "6"


class SignatureKind(StrEnum):
    """Kinds of signature key (`ma_kieu_chu_ky`)."""

    REMOTE_SIGNING = "REMOTE_SIGNING"
    USB_TOKEN = "USB_TOKEN"  # noqa: S105 - a kind of key


class Provider(StrEnum):
    """Who issues certificates (`nha_phat_hanh`)."""

    VNPT = "VNPT"
    BKAV = "BKAV"
    VIETTEL = "VIETTEL"
    BAN_CO_YEU = "BAN_CO_YEU"


class SubmissionState(IntEnum):
    """`trang_thai` of a submitted row."""

    REFUSED = 0
    APPROVED = 1


class WithdrawalState(IntEnum):
    """`trang_thai` of a row asked to be withdrawn."""

    WAITING = 1
    AGREED = 2
    REFUSED = 3


class CertificateState(IntEnum):
    """`trang_thai_phe_duyet`; left out while nobody has decided."""

    REFUSED = 0
    APPROVED = 1


class Response(StrEnum):
    """`ResponseCode`: how far the request has come."""

    DONE = "00"
    WORKING = "01"
    REFUSED = "99"


class Service(StrEnum):
    """The address of each service, below the base address."""

    TOKEN = "api/lay-token"  # noqa: S105 - an address
    SIGNATURE_KINDS = "api/kieu-chu-ky-so"
    PROVIDERS = "api/nha-cung-cap"
    REGISTER_CERTIFICATE = "api/dang-ky-chung-thu-so"
    CHECK_CERTIFICATE = "api/kiem-tra-chung-thu-so"
    SUBMIT = "api/gui-hoc-ba"
    CHECK_SUBMISSION = "api/kiem-tra-tiep-nhan"
    WITHDRAW = "api/gui-thu-hoi"
    CHECK_WITHDRAWAL = "api/kiem-tra-thu-hoi"


TRANSACTION_OF = {
    Service.REGISTER_CERTIFICATE: Transaction.REGISTER_CERTIFICATE,
    Service.CHECK_CERTIFICATE: Transaction.CERTIFICATE_RESULT,
    Service.SUBMIT: Transaction.SUBMIT,
    Service.CHECK_SUBMISSION: Transaction.SUBMISSION_RESULT,
    Service.WITHDRAW: Transaction.WITHDRAW,
    Service.CHECK_WITHDRAWAL: Transaction.WITHDRAWAL_RESULT,
}

FUNCTION_OF = {
    Transaction.SUBMIT: "GUI_HOC_BA",
    Transaction.SUBMISSION_RESULT: "KIEM_TRA_TIEP_NHAN",
    Transaction.REGISTER_CERTIFICATE: "DANG_KY_CHUNG_THU_SO",
    Transaction.CERTIFICATE_RESULT: "KIEM_TRA_CHUNG_THU_SO",
    Transaction.WITHDRAW: "GUI_THU_HOI",
    Transaction.WITHDRAWAL_RESULT: "KIEM_TRA_THU_HOI",
}
"""What we write into `function`; the receiver asks only that something stands there."""

_CODE = r"[A-Za-z0-9._:-]{1,100}"
_SHA256 = r"[0-9A-Fa-f]{64}"


def password_hash(secret: str) -> str:
    """Return SHA-256 of the secret as the envelope carries it, 64 lower-case hexadecimal digits."""
    return hashlib.sha256(secret.encode("utf-8")).hexdigest()


@dataclass(frozen=True, slots=True)
class Authentication:
    """The envelope `authenticationRequest`; `school_year` is the calendar year in which it begins."""

    token: str = field(repr=False)
    user_name: str
    password: str = field(repr=False)
    unit: str
    school_year: int
    message_id: str
    transaction: Transaction
    function: str

    def as_json(self) -> dict[str, object]:
        """Return the object in the Ministry's field names."""
        return {
            "token": self.token,
            "user_name": self.user_name,
            "password": self.password,
            "ma_don_vi": self.unit,
            "nam_hoc": self.school_year,
            "messageid": self.message_id,
            "type": self.transaction.value,
            "function": self.function,
        }

    @classmethod
    def of_json(cls, body: dict[str, object]) -> Authentication:
        """Read and check the envelope of a request. Raises: MessageError."""
        source = object_of(body, ENVELOPE)
        return cls(
            token=text_of(source, "token", longest=500, pattern=r"[!-~]+"),
            user_name=text_of(source, "user_name", pattern=_CODE),
            password=text_of(source, "password", pattern=_SHA256).lower(),
            unit=text_of(source, "ma_don_vi", pattern=_CODE),
            school_year=number_of(source, "nam_hoc", least=2000, most=2200),
            message_id=text_of(source, "messageid", pattern=_CODE),
            transaction=choice_of(source, "type", Transaction),
            function=text_of(source, "function", longest=100),
        )


@dataclass(frozen=True, slots=True)
class Login:
    """What "get token" asks for: the account and SHA-256 of its secret."""

    user_name: str
    password: str = field(repr=False)

    def as_json(self) -> dict[str, object]:
        """Return the object in the Ministry's field names."""
        return {"user_name": self.user_name, "password": self.password}

    @classmethod
    def of_json(cls, body: dict[str, object]) -> Login:
        """Read and check a login. Raises: MessageError."""
        return cls(
            user_name=text_of(body, "user_name", pattern=_CODE),
            password=text_of(body, "password", pattern=_SHA256).lower(),
        )


@dataclass(frozen=True, slots=True)
class CertificateRegistration:
    """Transaction 3. `certificate_base64` (DER) is our addition: it pins the certificate from the start."""

    serial_number: str
    effective_on: date
    kind: SignatureKind
    provider: Provider
    certificate_base64: str = ""

    def as_json(self) -> dict[str, object]:
        """Return the object in the Ministry's field names; nothing is written for what is absent."""
        fields: dict[str, object] = {
            "serial_number": self.serial_number,
            "ngay_hieu_luc": self.effective_on.isoformat(),
            "ma_kieu_chu_ky": self.kind.value,
            "nha_phat_hanh": self.provider.value,
        }
        if self.certificate_base64:
            fields["chung_thu_so"] = self.certificate_base64
        return fields

    @classmethod
    def of_json(cls, body: dict[str, object]) -> CertificateRegistration:
        """Read and check a registration. Raises: MessageError."""
        source = object_of(body, "content")
        written = text_of(source, "ngay_hieu_luc", pattern=r"\d{4}-\d{2}-\d{2}")
        try:
            effective_on = date.fromisoformat(written)
        except ValueError as error:
            raise MessageError(WireFault.FIELD, "ngay_hieu_luc") from error
        return cls(
            serial_number=normal_serial(text_of(source, "serial_number", longest=80)),
            effective_on=effective_on,
            kind=choice_of(source, "ma_kieu_chu_ky", SignatureKind),
            provider=choice_of(source, "nha_phat_hanh", Provider),
            certificate_base64=optional_text(source, "chung_thu_so", longest=20_000),
        )


def normal_serial(text: str) -> str:
    """Return a certificate's serial number as lower-case hexadecimal without zeros in front or separators.

    Raises: MessageError.
    """
    digits = text.replace(":", "").replace(" ", "").lower().lstrip("0")
    if not digits or len(digits) > 40 or set(digits) - set("0123456789abcdef"):
        raise MessageError(WireFault.FIELD, "serial_number")
    return digits


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One line of an answer to 2 or 6. `state` is None while nobody has decided."""

    pupil_code: str
    pupil_name: str
    personal_number: str
    look_up_code: str
    state: int | None
    error: str = ""
    error_field_title: str = ""
    error_description: str = ""

    def as_json(self) -> dict[str, object]:
        """Return the object in the Ministry's field names."""
        return {
            "ma_hoc_sinh": self.pupil_code,
            "ten_hoc_sinh": self.pupil_name,
            "so_cccd": self.personal_number,
            "ma_tra_cuu_uuid": self.look_up_code,
            "trang_thai": self.state,
            "error": self.error,
            "error_field_title": self.error_field_title,
            "error_description": self.error_description,
        }

    @classmethod
    def of_json(cls, source: dict[str, object]) -> ResultRow:
        """Read a row of an answer. Raises: MessageError."""
        state = source.get("trang_thai")
        if state is not None:
            state = number_of(source, "trang_thai", least=0, most=3)
        return cls(
            pupil_code=clean_text(source.get("ma_hoc_sinh")),
            pupil_name=clean_text(source.get("ten_hoc_sinh")),
            personal_number=clean_text(source.get("so_cccd")),
            look_up_code=clean_text(source.get("ma_tra_cuu_uuid")),
            state=state,
            error=clean_text(source.get("error")),
            error_field_title=clean_text(source.get("error_field_title")),
            error_description=clean_text(source.get("error_description"), 5000),
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What every service answers; `facts` holds what is the service's own (rows, token, state)."""

    message_id: str
    response: Response
    response_description: str = ""
    error: str = ""
    error_description: str = ""
    facts: dict[str, object] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """Return the object in the Ministry's field names."""
        return {
            "MessageId": self.message_id,
            "Error": self.error,
            "ErrorDescription": self.error_description,
            "ResponseCode": self.response.value,
            "ResponseDescription": self.response_description,
            **self.facts,
        }

    @classmethod
    def of_json(cls, source: dict[str, object]) -> Answer:
        """Read an answer. Raises: MessageError."""
        own = {"MessageId", "Error", "ErrorDescription", "ResponseCode", "ResponseDescription"}
        return cls(
            message_id=clean_text(source.get("MessageId")),
            response=choice_of(source, "ResponseCode", Response),
            response_description=clean_text(source.get("ResponseDescription"), 5000),
            error=clean_text(source.get("Error")),
            error_description=clean_text(source.get("ErrorDescription"), 5000),
            facts={key: value for key, value in source.items() if key not in own},
        )

    def rows(self) -> tuple[ResultRow, ...]:
        """Return the rows of an answer to 2 or 6. Raises: MessageError."""
        listed = self.facts.get("danh_sach", [])
        if not isinstance(listed, list) or not all(isinstance(row, dict) for row in listed):
            raise MessageError(WireFault.FIELD, "danh_sach")
        return tuple(ResultRow.of_json(row) for row in listed)


def request_body(authentication: Authentication, content: object = None) -> dict[str, object]:
    """Return the request: the envelope, and `content` beside it where the transaction has one."""
    body: dict[str, object] = {ENVELOPE: authentication.as_json()}
    if content is not None:
        body["content"] = content
    return body
