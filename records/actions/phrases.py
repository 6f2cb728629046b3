"""Add, change and retire phrases: one's own, or the school's by who keeps its bank."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from hocba.kernel.errors import Conflict, Invalid, NotPermitted
from records.models import Phrase
from records.rules import phrasebook
from schools import audit, seen, texts
from schools.actors import Actor
from schools.models import Unit
from schools.permissions import Permission, require

MOST_PHRASES = 500
"""Of one person, and of one school: more is no bank, and would not fit a page."""


@transaction.atomic
def add(school: Unit, *, about: str, level: str, text: str, is_shared: bool, by: Actor) -> Phrase:
    """Add a phrase: to the school's bank (`is_shared`) or one's own.

    Raises: NotPermitted; Invalid; Conflict `full`.
    """
    require(by, Permission.PHRASE_KEEP if is_shared else Permission.PHRASE_VIEW, school)
    values = _checked(about, level, text)
    owner = None if is_shared else by.person
    rows = Phrase.objects.filter(school=school, owner=owner, is_retired=False)
    if rows.count() >= MOST_PHRASES:
        raise Conflict(_("Kho đã có 500 mẫu. Hãy ngừng dùng bớt rồi thêm."), code="full")
    if rows.filter(**values).exists():
        raise Invalid(_("Mẫu này đã có trong kho."), fields={"text": _("Mẫu này đã có trong kho.")})
    made = Phrase.objects.create(school=school, owner=owner, changed_at=by.at, changed_by=by.person, **values)
    _tell("phrase.add", made, by)
    return made


@transaction.atomic
def edit(phrase: Phrase, *, about: str, level: str, text: str, by: Actor, page: str | None = None) -> Phrase:
    """Change a phrase; comments written from it stay as they are. `page`: the mark of what was shown.

    Raises: NotPermitted; Invalid; Conflict.
    """
    phrase = _own(phrase, by)
    values = _checked(about, level, text)
    seen.still(page, shown(phrase), theirs=phrase.text, yours=values["text"])
    for name, value in values.items():
        setattr(phrase, name, value)
    _save(phrase, "phrase.edit", by)
    return phrase


@transaction.atomic
def retire(phrase: Phrase, *, by: Actor) -> Phrase:
    """Offer a phrase no more. Raises: NotPermitted; Conflict, when that is done already."""
    phrase = _own(phrase, by)
    phrase.is_retired = True
    _save(phrase, "phrase.retire", by)
    return phrase


def shown(phrase: Phrase) -> dict[str, object]:
    """Return the values of a phrase that its page shows, for the mark of two people at once."""
    return {"about": phrase.about, "level": phrase.level, "text": phrase.text}


def _own(phrase: Phrase, by: Actor) -> Phrase:
    """Return the phrase, held; asked whether it is this person's to change."""
    phrase = (
        Phrase.objects.select_for_update(no_key=True, of=("self",)).select_related("school").get(pk=phrase.pk)
    )
    shared = phrase.owner_id is None
    require(by, Permission.PHRASE_KEEP if shared else Permission.PHRASE_VIEW, phrase)
    if not shared and phrase.owner_id != by.person_id:
        raise NotPermitted(_("Mẫu này là của riêng thầy cô khác."), permission=str(Permission.PHRASE_VIEW))
    if phrase.is_retired:
        raise Conflict(_("Mẫu này đã ngừng dùng. Hãy tải lại trang."), code="retired")
    return phrase


def _checked(about: str, level: str, typed: str) -> dict[str, str]:
    wrong: dict[str, object] = {}
    text = texts.tidy(typed, lines=False)
    if about not in phrasebook.abouts():
        wrong["about"] = _("Hãy chọn môn học hoặc loại nhận xét.")
    elif level not in phrasebook.levels(about):
        wrong["level"] = _("Môn học có mức T, H, C; các nhận xét khác có mức T, Đ, C.")
    if refusal := texts.refusal(text):
        wrong["text"] = refusal
    elif not text:
        wrong["text"] = _("Hãy ghi câu nhận xét.")
    elif len(text) > phrasebook.LONGEST:
        wrong["text"] = _("Mẫu dài quá 500 chữ; hãy viết ngắn lại.")
    if wrong:
        raise Invalid(_("Chưa lưu được. Xin xem lại những chỗ sau."), fields=wrong)
    return {"about": about, "level": level, "text": text}


def _save(phrase: Phrase, action: str, by: Actor) -> None:
    phrase.changed_at, phrase.changed_by = by.at, by.person
    phrase.save()
    _tell(action, phrase, by)


def _tell(action: str, phrase: Phrase, by: Actor) -> None:
    audit.record(
        by,
        action,
        unit_path=phrase.school.path,
        subject=("phrase", phrase.pk),
        about=phrase.about,
        is_shared=phrase.owner_id is None,
    )
