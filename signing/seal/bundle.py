"""The bundle: everything that a stranger needs to check one transcript without network, in one zip file.

`transcript.xml`, `transcript.pdf`, `proof.tlog-proof` (inclusion in a signed checkpoint), `trust/*.json`
(who might sign and what was withdrawn, as of a date), `manifest.json` (what is what; the leaf's fields). The
leaf binds the whole XML and the whole PDF; the manifest itself proves nothing and is only compared.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from hocba.kernel.canonical import canonical_json, code_hash, code_salt, sha256_hex
from signing.log import proof
from signing.log.leaf import BadLeaf, Event, Leaf
from signing.log.notes import VerifierKey
from signing.seal import container
from signing.seal.container import BadContainer
from signing.seal.pdf.verify import verify_pdf
from signing.seal.trust import AnchorRole, Trust
from signing.seal.trust_files import TrustBroken, with_lists
from signing.seal.verdict import LINE_NAMES, Kind, Line, Reason, Verdict, conclude
from signing.seal.verdict import SubIndication as Sub
from signing.seal.xml.reader import Malformed, read
from signing.seal.xml.verify import data_region, verify_xml

FORMAT = "hocba-bundle"
VERSION = 1
_LISTED = tuple(name for name in container.NAMES if name != container.MANIFEST)
_SCHOOL = "DU_LIEU_HOC_BA/THONG_TIN_CHUNG/MA_TRUONG"


@dataclass(frozen=True, slots=True)
class Bundle:
    """The parts of a bundle, not believed yet; `number` counts the bundles of one transcript from 1."""

    xml: bytes
    pdf: bytes
    proof: bytes
    authority: bytes
    status: bytes
    leaf: Leaf
    look_up_code: str
    number: int = 1

    def manifest(self) -> dict[str, object]:
        """Return what `manifest.json` says."""
        return {
            "v": VERSION,
            "format": FORMAT,
            "number": self.number,
            "look_up_code": self.look_up_code,
            "template": self.leaf.fields.get("template", ""),
            "leaf": self.leaf.record(),
            "files": {name: sha256_hex(data) for name, data in self._parts().items()},
        }

    def _parts(self) -> dict[str, bytes]:
        return dict(zip(_LISTED, (self.xml, self.pdf, self.proof, self.authority, self.status), strict=True))

    def encode(self) -> bytes:
        """Return the zip file: same in, same bytes out. Raises: BadContainer, when it is too large."""
        return container.write(self._parts() | {container.MANIFEST: canonical_json(self.manifest())})


def build(
    *,
    xml: bytes,
    pdf: bytes,
    proof: bytes,
    authority: bytes,
    status: bytes,
    leaf: Leaf,
    look_up_code: str,
    number: int = 1,
) -> bytes:
    """Return the bundle's bytes; proof and lists are those pinned at the first checkpoint over the leaf."""
    return Bundle(xml, pdf, proof, authority, status, leaf, look_up_code, number).encode()


def open_bundle(data: bytes) -> Bundle:
    """Return the parts when container and manifest are well-formed and agree. Raises: BadContainer."""
    parts = container.read(data)
    text = parts.pop(container.MANIFEST)
    try:
        manifest = json.loads(text)
        leaf = Leaf.from_record(manifest["leaf"])
        code, number = manifest["look_up_code"], manifest["number"]
        if not isinstance(code, str) or type(number) is not int or number < 1:
            raise TypeError("fields")
        bundle = Bundle(
            xml=parts[container.XML],
            pdf=parts[container.PDF],
            proof=parts[container.PROOF],
            authority=parts[container.AUTHORITY],
            status=parts[container.STATUS],
            leaf=leaf,
            look_up_code=code,
            number=number,
        )
        files = manifest["files"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, BadLeaf) as error:
        raise BadContainer("bundle.manifest-form", container.MANIFEST) from error
    expected = bundle.manifest()
    if files != expected["files"]:
        raise BadContainer("bundle.manifest-digest", _differing(files, expected["files"]))
    if text != canonical_json(expected):
        raise BadContainer("bundle.manifest-form", container.MANIFEST)
    return bundle


def _differing(told: object, found: object) -> str:
    if not isinstance(told, dict) or not isinstance(found, dict):
        return ""
    return next((name for name in _LISTED if told.get(name) != found[name]), "")


def verify_bundle(data: bytes, trust: Trust, at: datetime) -> Verdict:
    """Return the verdict on a bundle: its XML, its PDF, that they belong together, their place in the log."""
    try:
        bundle = open_bundle(data)
    except BadContainer as error:
        sub = Sub.HASH_FAILURE if error.code == "bundle.manifest-digest" else Sub.FORMAT_FAILURE
        reason = Reason.failed(sub, "integrity", error.code, part=error.part)
        return conclude(Kind.BUNDLE, [reason], lines=dict.fromkeys(LINE_NAMES, Line.UNKNOWN))
    trust, broken = _with_own_lists(bundle, trust)
    xml = verify_xml(bundle.xml, trust, at)
    pdf = verify_pdf(bundle.pdf, trust, at, judged=xml)
    own = (*broken, *_binding(bundle, xml, pdf), *_log(bundle, xml, trust))
    reasons = dict.fromkeys((*xml.reasons, *pdf.reasons, *own))
    signatures = (*xml.signatures, *(one for one in pdf.signatures if one not in xml.signatures))
    return conclude(
        Kind.BUNDLE,
        reasons,
        look_up_code=xml.look_up_code,
        signatures=signatures,
        structure=xml.structure and pdf.structure,
        status=xml.status,
        status_at=xml.status_at,
        lines=_lines(xml, pdf),
        xml=bundle.xml,
    )


_ORDER = (Line.FAILED, Line.UNKNOWN, Line.PASSED, Line.NOT_SHOWN)


def _lines(xml: Verdict, pdf: Verdict) -> dict[str, Line]:
    """Return each line as the worse of both parts; the log is the bundle's own."""
    lines = {name: min(xml.lines[name], pdf.lines[name], key=_ORDER.index) for name in LINE_NAMES}
    return lines | {"log": Line.PASSED}


def _with_own_lists(bundle: Bundle, trust: Trust) -> tuple[Trust, tuple[Reason, ...]]:
    """Return the trust with the bundle's dated lists weighed in, and what is wrong with them."""
    if not trust.roots.get(AnchorRole.OPERATOR):
        return trust, ()
    found: list[Reason] = []
    school = bundle.leaf.fields.get("school")
    for line, lists in (("authority", (bundle.authority, None)), ("status", (None, bundle.status))):
        try:
            trust = with_lists(trust, *lists, school=school)
        except TrustBroken as error:
            if error.code == "trust.anchor":
                found.append(Reason.unknown(Sub.NO_CERTIFICATE_CHAIN_FOUND, line, error.code))
            else:
                found.append(
                    Reason.failed(Sub.SIG_CRYPTO_FAILURE, line, "bundle.list-broken", why=error.code)
                )
    return trust, tuple(found)


def _binding(bundle: Bundle, xml: Verdict, pdf: Verdict) -> Iterator[Reason]:
    """Do XML, PDF and manifest speak of the same transcript?"""
    if pdf.xml != bundle.xml:
        yield Reason.failed(Sub.HASH_FAILURE, "integrity", "bundle.pdf-other-xml")
    if xml.look_up_code is not None and bundle.look_up_code != xml.look_up_code:
        yield Reason.failed(Sub.HASH_FAILURE, "integrity", "bundle.code-differs")


def _log(bundle: Bundle, xml: Verdict, trust: Trust) -> Iterator[Reason]:
    """Is this very XML with this very PDF in a log we believe?"""
    if bundle.leaf.event is not Event.ISSUE:
        yield Reason.failed(Sub.FORMAT_FAILURE, "log", "log.leaf-form")
        return
    for name in _differing_fields(bundle, xml):
        yield Reason.failed(Sub.HASH_FAILURE, "log", "log.leaf-differs", field=name)
    if not trust.log_keys:
        yield Reason.unknown(Sub.NO_CERTIFICATE_CHAIN_FOUND, "log", "log.no-key")
        return
    logs, witnesses = map(VerifierKey.parse, trust.log_keys), map(VerifierKey.parse, trust.witness_keys)
    try:
        proven = proof.verify(bundle.proof, bundle.leaf.encode(), tuple(logs), tuple(witnesses))
    except proof.BadProof as error:
        yield Reason.failed(Sub.SIG_CONSTRAINTS_FAILURE, "log", "log.proof-wrong", why=error.code)
        return
    if proven.cosigned:
        names = ", ".join(one.name for one in proven.cosigned)
        yield Reason.noted("log", "log.cosigned", count=len(proven.cosigned), names=names)


def _differing_fields(bundle: Bundle, xml: Verdict) -> Iterator[str]:
    fields = bundle.leaf.fields
    if fields["xml_sha256"] != sha256_hex(bundle.xml):
        yield "xml_sha256"
    if fields["pdf_sha256"] != sha256_hex(bundle.pdf):
        yield "pdf_sha256"
    try:
        salt, school = code_salt(data_region(bundle.xml)), read(bundle.xml).findtext(_SCHOOL)
    except Malformed:
        return  # the XML is refused already; what it would state is not asked
    code = xml.look_up_code or ""
    if not code.isascii() or fields["code_hash"] != code_hash(code, salt):
        yield "code_hash"
    if fields["school"] != school:
        yield "school"
