"""The drawn PDF: same bytes everywhere, PDF/A-3u, our letters, the official words, text as the data says."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys

import pikepdf
import pytest
from lxml import html as lxml_html

from signing.seal.pdf.compare import differences
from signing.seal.pdf.draw import ImageLinks, draw, render_html
from signing.seal.pdf.images import BadImage, Images
from signing.seal.pdf.sheet import NotATranscript, sheet_of
from signing.seal.pdf.template_version import template_version
from signing.seal.pdf.text import read_text
from tests.doors.hostile_files import png
from tests.signing.seal.pdf import sample
from tests.signing.seal.pdf.conftest import Genuine
from tests.signing.seal.pdf.world import PICTURES, VERIFY_URL


@pytest.fixture(scope="module")
def longest(genuine: Genuine) -> tuple[bytes, bytes]:
    """XML and PDF of the transcript with the longest words."""
    xml = genuine.world.sealed_xml(sample.LONGEST)
    return xml, genuine.world.drawn(xml)


def test_another_process_draws_the_same_bytes(genuine: Genuine, tmp_path) -> None:
    (tmp_path / "sealed.xml").write_bytes(genuine.xml)
    script = (
        "import sys, hashlib; from signing.seal.pdf.draw import draw;"
        "from tests.signing.seal.pdf.world import PICTURES, VERIFY_URL;"
        "xml = open(sys.argv[1], 'rb').read();"
        "print(hashlib.sha256(draw(xml, PICTURES, verify_url=VERIFY_URL, specimen=True)).hexdigest())"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "sealed.xml")]
    other = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    assert other == hashlib.sha256(genuine.drawn).hexdigest()
    assert genuine.world.drawn(genuine.xml) == genuine.drawn


def test_other_pictures_or_marks_give_other_bytes(genuine: Genuine) -> None:
    bare = draw(genuine.xml, Images(), verify_url=VERIFY_URL, specimen=True)
    plain = draw(genuine.xml, PICTURES, verify_url=VERIFY_URL, specimen=False)
    with pikepdf.open(io.BytesIO(bare)) as one, pikepdf.open(io.BytesIO(plain)) as two:
        assert len({bytes(pdf.trailer.ID[0]) for pdf in (one, two)}) == 2
    assert "BẢN MẪU – KHÔNG" in "".join(read_text(bare))
    assert "BẢN MẪU – KHÔNG" not in "".join(read_text(plain))
    assert not differences(bare, genuine.xml)
    assert not differences(plain, genuine.xml)


def test_is_pdf_a_3u_with_the_xml_attached_once(genuine: Genuine) -> None:
    with pikepdf.open(io.BytesIO(genuine.drawn)) as pdf:
        assert "/ID" in pdf.trailer
        assert pdf.Root.OutputIntents[0].S == "/GTS_PDFA1"
        xmp = pdf.Root.Metadata.read_bytes().decode()
        assert 'pdfaid:part="3"' in xmp
        assert 'pdfaid:conformance="U"' in xmp
        assert template_version() in xmp
        assert len(pdf.Root.AF) == 1
        spec = pdf.Root.AF[0]
        assert (spec.AFRelationship, str(spec.UF)) == ("/Source", "transcript.xml")
        assert "/Desc" in spec
        stream = spec.EF.F
        assert (stream.Subtype, "/Params" in stream) == ("/text/xml", True)
        assert stream.read_bytes() == genuine.xml
        assert "/JavaScript" not in pdf.Root.Names
        assert not pdf.is_encrypted
        assert pdf.docinfo["/CreationDate"] == "D:20270528022133Z"


def test_all_letters_are_liberation_and_inside(genuine: Genuine, longest: tuple[bytes, bytes]) -> None:
    for drawn in (genuine.drawn, longest[1]):
        with pikepdf.open(io.BytesIO(drawn)) as pdf:
            fonts = [item for item in pdf.objects if _is(item, "/Font") and "/DescendantFonts" in item]
            names = {str(font.BaseFont).split("+")[1] for font in fonts}
            assert names <= {f"Liberation-Serif{style}" for style in ("", "-Bold", "-Italic", "-Bold-Italic")}
            assert all("/FontFile2" in font.DescendantFonts[0].FontDescriptor for font in fonts)
            assert all("/ToUnicode" in font for font in fonts)


def _is(item: object, kind: str) -> bool:
    return isinstance(item, pikepdf.Dictionary) and item.get("/Type") == kind


def test_says_what_the_ministrys_display_says(genuine: Genuine) -> None:
    pages = read_text(genuine.drawn)
    assert len(pages) == 4
    cover, information, *_ = pages
    assert cover.startswith("BỘ GIÁO DỤC VÀ ĐÀO TẠO\nHỌC BẠ\nTIỂU HỌC")
    assert "2026 – 2027" in cover
    assert "Huyện" not in cover
    assert "5/3/2016" in information
    assert "28/5/2027" in information
    body = "\n".join(pages[2:])
    for words in ("Điểm\nkiểm tra", "Hoàn thành tốt", "3.2. Những năng lực đặc thù", "(Ký, ghi rõ họ tên)"):
        assert words in body
    assert "Thời gian ký: 28/05/2027 09:21:33 +07:00" in body
    assert pages[3].endswith(f"Mã tra cứu: {sample.UUID}\nTrang 4/4")


def test_shows_a_district_only_while_there_were_districts(genuine: Genuine) -> None:
    stated = {"TEN_QUAN_HUYEN": "Huyện Đông"}
    after = sheet_of(genuine.world.sealed_xml(sample.Pupil(common=stated)))
    before = sheet_of(genuine.world.sealed_xml(sample.Pupil(common=stated | {"TEN_NAM_HOC": "2024-2025"})))
    labels = [[label for label, _ in sheet.cover] for sheet in (after, before)]
    assert [any(label.startswith("Huyện") for label in shown) for shown in labels] == [False, True]


def test_long_words_and_comments_stay_whole(longest: tuple[bytes, bytes]) -> None:
    xml, pdf = longest
    assert differences(pdf, xml) == ()
    last = read_text(pdf)[-1]
    for words in ("6. Hoàn thành chương trình", "Xác nhận của Hiệu trưởng", "Chữ ký số của nhà trường"):
        assert words in last


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("<DIEM_KIEM_TRA_DINH_KY>10<", "<DIEM_KIEM_TRA_DINH_KY>9<", "Toán"),
        ("<HO_VA_TEN>Nguyễn Thị Ánh Dương<", "<HO_VA_TEN>Nguyễn Thị Anh Dương<", "cover: Họ và tên học sinh"),
        ("<PHAM_CHAT_NHAN_AI>T<", "<PHAM_CHAT_NHAN_AI>Đ<", "Nhân ái"),
        (
            "<KET_QUA_XEP_LOAI>Hoàn thành<",
            "<KET_QUA_XEP_LOAI>Hoàn thành tốt<",
            "4. Đánh giá kết quả giáo dục:",
        ),
    ],
)
def test_finds_where_pages_and_data_part(genuine: Genuine, old: str, new: str, place: str) -> None:
    other = genuine.xml.decode().replace(old, new, 1).encode()
    assert other != genuine.xml
    found = differences(genuine.drawn, other)
    assert place in {difference.place for difference in found}


def test_a_subject_too_many_is_a_difference(genuine: Genuine) -> None:
    text = genuine.xml.decode()
    start = text.index("<BANG_DIEM>")
    end = text.index("</BANG_DIEM>") + len("</BANG_DIEM>")
    assert differences(genuine.drawn, (text[:start] + text[end:]).encode())


def test_the_web_view_is_the_same_template_without_inline_styles(genuine: Genuine) -> None:
    shown = render_html(genuine.xml, links=ImageLinks(seal="/static/seal.svg"), verify_url=VERIFY_URL)
    tree = lxml_html.fragment_fromstring(shown)
    assert tree.tag == "article"
    assert not tree.xpath(".//@style | .//style | .//script")
    assert [cell.text for cell in tree.xpath(".//table[contains(@class, 'subjects')]//tr[2]/td")][:2] == [
        "Hoàn thành tốt",
        "9",
    ]


def test_names_are_escaped(genuine: Genuine) -> None:
    pupil = sample.Pupil(common={"HO_VA_TEN": 'A <b onclick="x">B</b> & C'})
    xml = genuine.world.sealed_xml(pupil)
    assert "<b" not in render_html(xml).replace("<br", "")
    assert not differences(genuine.world.drawn(xml), xml)


def test_refuses_pictures_that_say_something_and_files_that_are_none() -> None:
    head = b'<svg xmlns="http://www.w3.org/2000/svg">'
    for picture in (
        head + b"<text>10</text></svg>",
        head + b'<use href="https://elsewhere.example/x.svg#a"/></svg>',
        head + b"<image href='x.png'/></svg>",
        b"GIF89a",
        b"\x89PNG\r\n\x1a\nbroken",
        png(900, 900, b"fewer pixels than stated, which Pillow forgives once WeasyPrint is loaded"),
    ):
        with pytest.raises(BadImage):
            Images(seal=picture)
    with pytest.raises(NotATranscript):
        draw(b"<x/>", Images(), verify_url=VERIFY_URL, specimen=True)
