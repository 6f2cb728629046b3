"""Everything a person may read has English words, and nothing is translated that nobody says any more."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from django.conf import settings
from django.utils import translation

from hocba import catalogue

ENGLISH = Path(settings.BASE_DIR) / "locale" / "en" / "LC_MESSAGES" / "django.po"
PLACE = re.compile(r"%\(\w+\)[sd]|%s|\{\w+\}|</?\w+[^>]*>|%%")
VIETNAMESE_LETTER = re.compile("[ăâđêôơưĂÂĐÊÔƠƯàáãèéìíòóõùúýĩũÀÁÃÈÉÌÍÒÓÕÙÚÝĨŨ\u1ea0-\u1ef9]")
NAMES_AND_SIGNS = re.compile(
    r"\bĐ\b|Lê Thị Thử|(Nguyễn Bích Mẫu|Đỗ Ánh Ví Dụ|Trần Ẩn Danh)"
    r"|\bNữ\b|“Họ và tên”|Hiệu trưởng, Phó Hiệu trưởng, Giáo viên, Văn thư, Học vụ"
)
"""What stays Vietnamese in English: signs of the form, what a file must say to be read, and made-up people."""


def messages() -> list[Message]:
    return [message for message in catalogue.read(ENGLISH) if message.id]


def forms(message: Message) -> list[tuple[str, str]]:
    """Return pairs of what is said and what it is in English."""
    said = (message.id,) if isinstance(message.id, str) else tuple(message.id)
    english = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
    return [(said[0], one or "") for one in english]


def test_every_message_is_translated_and_none_is_stale() -> None:
    change = catalogue.update(ENGLISH, write=False)

    assert change.added == ()
    assert change.removed == ()
    assert change.untranslated == ()


def test_english_keeps_the_places_for_names_and_numbers() -> None:
    broken = [
        (said, english)
        for message in messages()
        for said, english in forms(message)
        if sorted(PLACE.findall(said)) != sorted(PLACE.findall(english))
    ]

    assert len(messages()) > 1000
    assert broken == []


def test_english_is_english() -> None:
    left = [
        english
        for message in messages()
        for _said, english in forms(message)
        if VIETNAMESE_LETTER.search(NAMES_AND_SIGNS.sub("", english))
    ]

    assert left == []


def test_a_change_of_words_would_be_noticed(tmp_path: Path) -> None:
    copy = tmp_path / "en" / "LC_MESSAGES" / "django.po"
    copy.parent.mkdir(parents=True)
    shutil.copy(ENGLISH, copy)
    text = copy.read_text("utf-8")
    copy.write_text(text.replace('msgid "Đăng xuất"\n', 'msgid "Đi ra"\n'), "utf-8")

    before, change = catalogue.update(ENGLISH, write=False), catalogue.update(copy, write=False)

    assert set(change.added) - set(before.added) == {"Đăng xuất"}
    assert set(change.removed) - set(before.removed) == {"Đi ra"}
    assert set(change.untranslated) - set(before.untranslated) == {"Đăng xuất"}


def test_an_update_keeps_what_was_translated_and_can_be_repeated(tmp_path: Path) -> None:
    copy = tmp_path / "en" / "LC_MESSAGES" / "django.po"
    copy.parent.mkdir(parents=True)
    shutil.copy(ENGLISH, copy)

    catalogue.update(copy, write=True)
    once = copy.read_bytes()
    catalogue.update(copy, write=True)

    assert copy.read_bytes() == once
    assert len(once) > ENGLISH.stat().st_size // 2


@pytest.mark.parametrize(
    ("said", "english"),
    [
        ("Ký số phát hành", "Seal"),
        ("Mã tra cứu học bạ", "Transcript look-up code"),
        ("Đăng xuất", "Sign out"),
    ],
)
def test_the_compiled_catalogue_speaks(said: str, english: str) -> None:
    with translation.override("en"):
        assert translation.gettext(said) == english
    with translation.override("vi"):
        assert translation.gettext(said) == said
