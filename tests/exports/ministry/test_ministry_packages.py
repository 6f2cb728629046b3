"""Lists within the limit: nothing lost, nothing changed, never above 10 MB."""

from __future__ import annotations

import random
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from exports.ministry import content, packages, wire
from exports.ministry.messages import Authentication, Transaction

AUTHENTICATION = Authentication(
    token="t" * 43,
    user_name="79",
    password="0" * 64,
    unit="79000001",
    school_year=2025,
    message_id="5f0a3f1e-8f0d-4c5e-9d29-3f6b7f0a2c11",
    transaction=Transaction.SUBMIT,
    function="GUI_HOC_BA",
)


def document(size: int, seed: int) -> bytes:
    """A HOC_BA of `size` bytes that packs as badly as certificates do."""
    noise = random.Random(seed).randbytes(size // 2).hex()
    return f'<HOC_BA id="hocba-{seed}"><Signature Id="s">{noise}</Signature></HOC_BA>'.encode()


def as_list(documents: tuple[bytes, ...]) -> bytes:
    return b'<DANH_SACH_HOC_BA id="dataDanhSach">' + b"".join(documents) + b"</DANH_SACH_HOC_BA>"


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(20, 6000), max_size=25), st.integers(7000, 20_000), st.integers(1, 9))
def test_cut_keeps_every_document_in_order_below_the_limit(sizes: list[int], limit: int, rows: int) -> None:
    documents = [document(size, seed) for seed, size in enumerate(sizes)]

    groups = packages.cut(documents, limit=limit, reserve=600, max_rows=rows)

    assert [one for group in groups for one in group] == documents
    for group in groups:
        assert 1 <= len(group) <= rows
        assert len(content.escape(as_list(group))) <= limit
        assert len(packages.request_bytes(AUTHENTICATION, as_list(group), limit=limit)) <= limit


def test_cut_fills_groups_instead_of_wasting_requests() -> None:
    documents = [document(5000, seed) for seed in range(40)]

    groups = packages.cut(documents, limit=52_000, reserve=1000)

    assert len(groups) == 4


def test_cut_of_nothing_is_nothing() -> None:
    assert packages.cut([]) == ()


def test_document_that_fits_nowhere_is_named() -> None:
    documents = [document(100, 0), document(9000, 1), document(100, 2)]

    with pytest.raises(packages.DocumentTooLarge) as caught:
        packages.cut(documents, limit=8000, reserve=500)

    assert caught.value.index == 1


def test_request_above_the_limit_is_not_made() -> None:
    signed = as_list((document(9000, 1),))
    size = len(packages.request_bytes(AUTHENTICATION, signed))

    assert len(packages.request_bytes(AUTHENTICATION, signed, limit=size)) == size
    with pytest.raises(packages.RequestTooLarge):
        packages.request_bytes(AUTHENTICATION, signed, limit=size - 1)


def test_request_carries_the_envelope_and_the_list() -> None:
    signed = as_list((document(300, 1),))

    body = wire.load_object(packages.request_bytes(AUTHENTICATION, signed))

    assert Authentication.of_json(body) == AUTHENTICATION
    assert content.decode(str(body["content"])) == signed


WITHDRAWAL = packages.Withdrawal(
    look_up_code="0d9bdbc5-5c35-4d0e-8f6b-6f1f6f0c7a11",
    full_name='Nguyễn Bản Mẫu & <"em">',
    gender="Nữ",
    birth_date=date(2017, 3, 2).strftime("%d/%m/%Y"),
    personal_number="000317000001",
    school_name="Tiểu học Bản Mẫu",
    school_code="79000001",
    school_year="2025-2026",
)


def test_withdrawal_line_round_trips_in_canonical_form() -> None:
    element = packages.withdrawal_element(WITHDRAWAL)

    root = etree.fromstring(element)
    assert packages.read_withdrawal(root) == WITHDRAWAL
    assert [child.tag for child in root] == list(packages.WITHDRAWAL_TAGS)
    assert etree.tostring(root, method="c14n", exclusive=True) == element


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: xml.replace(b"<GIOI_TINH>", b"<GIOI><!-- -->").replace(b"</GIOI_TINH>", b"</GIOI>"),
        lambda xml: xml.replace(b"</HOC_BA>", b"<GIOI_TINH>Nam</GIOI_TINH></HOC_BA>"),
        lambda xml: xml.replace(b"<SO_CCCD>", b"<SO_CCCD><b/>"),
        lambda xml: xml.replace(b"<HOC_BA>", b"<HOC_BA><!--x-->"),
    ],
)
def test_withdrawal_line_of_another_shape_is_not_read(change) -> None:  # type: ignore[no-untyped-def]
    element = change(packages.withdrawal_element(WITHDRAWAL))

    assert packages.read_withdrawal(etree.fromstring(element)) is None
