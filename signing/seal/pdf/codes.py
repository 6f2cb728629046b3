"""Every reason code the PDF verifier gives, with what it means.

The Vietnamese stands in `signing.sentences`. Codes of paths, certificates, timestamps and of the XML come
from their own rooms.
"""

from __future__ import annotations

CODES: dict[str, str] = {
    "pdf.too-large": "The file is larger than 10 MB, or would inflate to more than allowed.",
    "pdf.unreadable": "The file is not a PDF that can be read strictly.",
    "pdf.too-complex": "The file has more objects, pages or revisions than a transcript can have.",
    "pdf.encrypted": "The file is encrypted; a transcript never is.",
    "pdf.not-signed": "The file carries no signature of the school.",
    "pdf.signature-count": "There is not exactly one signature and one document timestamp.",
    "pdf.not-certified": "The signature does not certify the document with 'no changes allowed'.",
    "pdf.not-whole-file": "The byte ranges of signature and document timestamp leave something out.",
    "pdf.hidden-objects": "The file holds objects that nothing shows, or that exist twice.",
    "pdf.changed-after-signing": "Something beside validation data and the document timestamp was added.",
    "pdf.active-content": "The file holds a script, an action or content that reacts to the reader.",
    "pdf.annotation": "The file holds an annotation beside the invisible signature fields.",
    "pdf.form": "The file holds form fields beside the signatures.",
    "pdf.optional-content": "The file holds layers that can be shown or hidden.",
    "pdf.page-structure": "The pages are not those of a transcript (tree, boxes, entries).",
    "pdf.attachment-missing": "The sealed XML is not attached.",
    "pdf.attachment-extra": "There is another attachment beside the sealed XML.",
    "pdf.attachment-relationship": "The attachment is not declared as the source of the document.",
    "pdf.metadata": "The metadata does not say PDF/A-3u, or names another transcript.",
    "pdf.digest": "The signed bytes were changed.",
    "pdf.signature": "The signature does not fit the certificate.",
    "pdf.signature-form": "The signature is not a PAdES signature of the required form.",
    "pdf.weak-algorithm": "The signature uses an algorithm that is no longer safe.",
    "pdf.timestamp-missing": "The signature carries no timestamp.",
    "pdf.timestamp-order": "The document timestamp is older than the signature's timestamp.",
    "pdf.time-apart": "The claimed signing time is too far from the timestamp.",
    "pdf.before-xml": "The PDF was signed before the XML was sealed.",
    "pdf.other-organisation": "The PDF was not signed by the organisation that sealed the XML.",
    "pdf.text-differs": "What the pages show is not what the sealed data says.",
    "pdf.text-unreadable": "The pages' text cannot be read, so it was not compared with the data.",
    "pdf.letters": "The embedded letters do not look like what their text says.",
    "pdf.painted": "The pages paint something that a transcript does not: covered, hidden or displaced letters.",
    "pdf.unexpected": "The verifier met something it does not know; nothing is vouched for.",
}
