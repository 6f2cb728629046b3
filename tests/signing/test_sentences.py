"""Every finding has words: no code without a sentence, no sentence without a code."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime

import pytest
from django.utils import translation

from signing import sentences
from signing.seal import codes
from signing.seal.pdf import codes as pdf_codes
from signing.seal.verdict import Indication, Kind, Line, Reason, SignatureReport, Status, Verdict, conclude
from signing.seal.verdict import SubIndication as Sub
from signing.seal.xml import codes as xml_codes
from signing.sentence_texts import SENTENCES

ALL = {**xml_codes.CODES, **pdf_codes.CODES, **codes.CODES}


@pytest.fixture(autouse=True)
def vietnamese() -> object:
    with translation.override("vi"):
        yield


def test_every_code_has_a_sentence_and_no_sentence_is_stale() -> None:
    assert set(ALL) - set(SENTENCES) == set(), "codes without a sentence"
    assert set(SENTENCES) - set(ALL) == set(), "sentences without a code"


@pytest.mark.parametrize("code", sorted(ALL))
def test_a_sentence_says_what_is_wrong_in_vietnamese(code: str) -> None:
    text = sentences.of_code(code)
    assert text == unicodedata.normalize("NFC", text)
    assert text[0].isupper()
    assert text.rstrip().endswith(".")
    assert any(ord(letter) > 127 for letter in text)
    assert "%(" not in text
    assert code not in text, "a person is never shown a code"


def test_facts_and_roles_stand_in_the_sentence() -> None:
    reason = Reason.failed(Sub.HASH_FAILURE, "integrity", "digest.data", role="GVCN")
    assert sentences.sentence(reason) == (
        "Giáo viên chủ nhiệm: dữ liệu học bạ đã bị thay đổi sau khi ký — không dùng bản này."
    )
    reason = Reason.noted("status", "status.withdrawn", since="2026-06-02T01:00:00+07:00")
    assert sentences.sentence(reason) == (
        "Đã bị thu hồi ngày 02/06/2026. Chữ ký vẫn đúng nhưng học bạ không còn giá trị."
    )
    assert "bundle.part" not in sentences.sentence(
        Reason.failed(Sub.FORMAT_FAILURE, "integrity", "bundle.part", part="100%")
    )
    assert "quite-new" in sentences.sentence(Reason.noted("log", "quite-new"))


def verdict(*reasons: Reason, status: Status = Status.VALID, sealed: bool = False) -> Verdict:
    day = datetime(2026, 5, 28, 17, 30, tzinfo=UTC)
    seal = SignatureReport("KY_PHAT_HANH", "Trường Tiểu học Mẫu", "CA mẫu", day, day, None, True, "document")
    return conclude(Kind.XML, reasons, status=status, signatures=(seal,) if sealed else ())


@pytest.mark.parametrize(
    ("found", "headline"),
    [
        (
            verdict(sealed=True),
            "Hợp lệ. Học bạ này do Trường Tiểu học Mẫu phát hành ngày 29/05/2026, "
            "không bị thay đổi từ khi ký.",
        ),
        (
            verdict(
                Reason.failed(Sub.FORMAT_FAILURE, "integrity", "structure.schema"),
                Reason.failed(Sub.HASH_FAILURE, "integrity", "digest.data"),
            ),
            "Không hợp lệ. Nội dung đã bị thay đổi sau khi ký — không dùng bản này.",
        ),
        (
            verdict(Reason.unknown(Sub.NO_CERTIFICATE_CHAIN_FOUND, "signers", "path.unknown-issuer")),
            "Chưa xác định được. Chứng thư của người ký không nằm trong danh sách tin cậy — "
            "hãy hỏi lại nhà trường.",
        ),
        (
            verdict(Reason.failed(Sub.HASH_FAILURE, "log", "log.leaf-differs")),
            "Không hợp lệ. Sổ công khai ghi một tệp khác với tệp trong gói — không dùng bản này.",
        ),
        (
            verdict(
                Reason.noted("status", "status.withdrawn", since="2026-06-02T01:00:00+07:00"),
                status=Status.WITHDRAWN,
                sealed=True,
            ),
            "Đã bị thu hồi ngày 02/06/2026. Chữ ký vẫn đúng nhưng học bạ không còn giá trị.",
        ),
        (
            verdict(status=Status.REPLACED, sealed=True),
            "Đã được thay thế bằng bản mới. Chữ ký vẫn đúng nhưng bản này không còn giá trị; "
            "hãy xin nhà trường bản mới.",
        ),
    ],
)
def test_headlines(found: Verdict, headline: str) -> None:
    assert sentences.headline(found) == headline


def test_the_gravest_comes_first_and_nothing_twice() -> None:
    noted = Reason.noted("signers", "signer.homeroom-absent")
    open_ = Reason.unknown(Sub.NO_POE, "time", "timestamp.missing")
    failed = Reason.failed(Sub.HASH_FAILURE, "integrity", "digest.data")
    told = sentences.sentences(verdict(noted, open_, failed, failed))
    assert told == [sentences.sentence(one) for one in (failed, open_, noted)]


def test_every_state_has_a_word() -> None:
    assert set(sentences.STATES) == set(Line)
    assert set(sentences.STATUSES) == set(Status)
    assert set(sentences.VERDICTS) == set(Indication)
