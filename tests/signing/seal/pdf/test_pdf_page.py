"""What drawing leaves out because it is known: the HTML parser, and outlines that were read before."""

from __future__ import annotations

import io
from xml.etree.ElementTree import Element

import pytest
import tinyhtml5
from weasyprint.svg import TAGS

from signing.seal.pdf import draw as drawing
from signing.seal.pdf import outlines
from signing.seal.pdf.images import Images
from tests.signing.seal.pdf import sample
from tests.signing.seal.pdf.conftest import Genuine
from tests.signing.seal.pdf.world import PICTURES, VERIFY_URL


def told(root: Element) -> list[tuple[str, dict[str, str], str, str]]:
    """Return elements, attributes and words in order; space around words is the style sheet's affair."""
    return [
        (one.tag, dict(one.attrib), (one.text or "").strip(), (one.tail or "").strip())
        for one in root.iter()
        if isinstance(one.tag, str)
    ]


@pytest.mark.parametrize("pictures", [PICTURES, Images()], ids=["pictures", "none"])
@pytest.mark.parametrize("data", [None, sample.LONGEST], ids=["usual", "longest"])
def test_the_page_is_read_as_an_html_parser_reads_it(
    genuine: Genuine, pictures: Images, data: object
) -> None:
    xml = genuine.xml if data is None else genuine.world.sealed_xml(data)
    page = drawing.source_of(xml, pictures, verify_url=VERIFY_URL, specimen=True)

    parsed = tinyhtml5.parse(io.BytesIO(page.html.encode()), namespace_html_elements=False)

    assert told(drawing._read(page).etree_element) == told(parsed)


def test_remembered_outlines_draw_the_same_bytes(genuine: Genuine) -> None:
    outlines._known.clear()
    plain = TAGS["path"]

    first = genuine.world.drawn(genuine.xml)
    remembered = len(outlines._known)
    second = genuine.world.drawn(genuine.xml)

    assert remembered > 0
    assert first == second == genuine.drawn
    assert TAGS["path"] is plain
