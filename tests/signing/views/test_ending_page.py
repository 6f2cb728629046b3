"""The page on which a certificate is ended, as holder, school and overseer meet it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from hocba.kernel.clock import VIETNAM
from schools import scopes
from schools.models import ClassYear
from schools.permissions import Role
from signing.models import Authority, Ending, SealedDocument, Signature
from tests import factories
from tests.exports import papers
from tests.signing.views.test_signing_pages import signed_in, text

pytestmark = pytest.mark.django_db


def sealed_by(class_year: ClassYear) -> Authority:
    """Return the entry that sealed a class, with a row of its signature for each transcript."""
    with scopes.system(class_year.school.path):
        sealed = list(SealedDocument.objects.filter(class_year=class_year).select_related("batch__authority"))
        for one in sealed:
            Signature.objects.create(
                version_id=one.version_id,
                school_path=one.school_path,
                pupil_id=one.pupil_id,
                role="KY_PHAT_HANH",
                certificate_id=one.batch.authority.certificate_id,
                document_sha256=one.xml_sha256,
                claimed_at=papers.NOW,
                stamped_at=papers.NOW,
                signed_by=one.sealed_by,
                signed_at=papers.NOW,
            )
    return sealed[0].batch.authority


def typed(moment: object) -> str:
    return f"{moment:%d/%m/%Y %H:%M}"


def test_the_holder_reports_a_loss_and_everybody_reads_since_when() -> None:
    class_year = factories.a_class_year(0)
    teacher, school = class_year.homeroom_teacher, class_year.school
    assert teacher is not None
    own, seal = papers.an_authority(school, teacher), papers.an_authority(school)
    holder, address = signed_in(teacher), reverse("signing:end", args=[own.pk])

    listed = text(holder.get(reverse("signing:certificates")))
    assert (address in listed, own.certificate.serial in listed) == (True, True)
    assert seal.certificate.serial not in listed
    page = text(holder.get(address))
    assert "Học bạ đã ký trước thời điểm ngừng vẫn hợp lệ" in page
    assert "Ngừng từ một thời điểm trước đây" not in page
    assert holder.get(reverse("signing:end", args=[seal.pk])).status_code == 404
    assert "Hãy chọn một lý do." in text(holder.post(address, {}))
    assert not Ending.objects.exists()

    assert holder.post(address, {"reason": "LOST", "words": "Rơi ở bến xe."})["Location"] == reverse(
        "signing:certificates"
    )

    own.refresh_from_db()
    assert own.to_at is not None
    clerk = signed_in(factories.a_clerk(school))
    listed = text(clerk.get(reverse("signing:certificates")))
    assert f"Đã ngừng từ {own.to_at.astimezone(VIETNAM):%d/%m/%Y %H:%M:%S}" in listed
    assert f"{teacher.full_name}, lúc" in listed
    assert "Mất thiết bị, lộ mã PIN hoặc lộ khóa: Rơi ở bến xe." in listed
    again = clerk.post(address, {"reason": "LOST"})
    assert again.status_code == 409
    assert "đã được ngừng từ" in text(again)
    assert 'name="reason"' not in text(clerk.get(address))


def test_only_who_approves_says_since_when_and_sees_what_falls() -> None:
    class_year = papers.an_issued_class(2)
    school = class_year.school
    assert school.parent is not None
    entry = sealed_by(class_year)
    address = reverse("signing:end", args=[entry.pk])
    officer = signed_in(factories.a_member(school.parent, Role.DEPARTMENT))
    before = typed((papers.NOW - timedelta(hours=1)).astimezone(VIETNAM))

    first = officer.post(address, {"reason": "LOST", "since": before})
    assert first.status_code == 409
    page = text(first)
    assert "2 đã phát hành, 0 đang ký dở" in page
    assert f"Lớp {class_year.name}" in page
    assert reverse("exports:standing-unit", args=[school.code]) in page
    assert 'name="told" value="2"' in page
    for consent in ({"told": "2"}, {"told": "1", "understood": "on"}):
        assert officer.post(address, {"reason": "LOST", "since": before} | consent).status_code == 409
    assert officer.post(address, {"reason": "LOST", "since": "hôm qua"}).status_code == 422
    assert officer.post(address, {"reason": "LOST", "since": "01/01/2999 00:00"}).status_code == 422
    assert not Ending.objects.exists()

    consent = {"reason": "LOST", "since": before, "told": "2", "understood": "on"}
    assert officer.post(address, consent).status_code == 302

    clerk = signed_in(factories.a_clerk(school))
    told = text(clerk.get(address))
    assert "Học bạ ký sau thời điểm ngừng: không còn hợp lệ" in told
    assert reverse("signing:issued", args=[class_year.code]) in told


def test_a_school_cannot_say_since_when() -> None:
    entry = papers.an_authority(factories.a_school())
    clerk = signed_in(factories.a_clerk(entry.school))

    long_ago = {"reason": "LOST", "since": "01/01/2020 08:00"}
    assert clerk.post(reverse("signing:end", args=[entry.pk]), long_ago).status_code == 302

    entry.refresh_from_db()
    assert entry.to_at is not None
    assert entry.to_at > papers.NOW  # a field that the page has not is not read


def test_who_approves_again_is_told_of_the_end() -> None:
    entry = papers.an_authority(factories.a_school())
    school = entry.school
    assert school.parent is not None
    clerk = signed_in(factories.a_clerk(school))
    clerk.post(reverse("signing:end", args=[entry.pk]), {"reason": "LOST"})
    Authority.objects.create(
        school=school,
        role=entry.role,
        certificate=entry.certificate,
        credential=entry.credential,
        from_at=papers.NOW,
        requested_at=papers.NOW,
        requested_by=entry.requested_by,
    )

    officer = signed_in(factories.a_member(school.parent, Role.DEPARTMENT))
    assert "Chính chứng thư này đã bị ngừng từ" in text(officer.get(reverse("signing:certificates")))
    assert "Chính chứng thư này" not in text(clerk.get(reverse("signing:certificates")))
