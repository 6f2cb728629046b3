"""Bundles whose parts do not belong together: manifest, leaf, proof, lists."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable

from hocba.kernel.canonical import canonical_json
from signing.log import merkle, notes
from signing.log.leaf import Leaf, replace
from signing.log.notes import KeyType, SignerKey
from signing.log.proof import Proof
from signing.seal import container, signed_lists, trust_files
from signing.seal.trust import AuthorityEntry, SignerRole
from tests.hostile_bundle.variants import Bundles, Make
from tests.signing.bundles import LOG, SCHOOL, Issued, Rows
from tests.signing.seal.pdf.world import MOMENT, signer

# --- what the parts say ---


SHA256_RSA = bytes.fromhex("2a864886f70d01010b")


def flipped(name: str) -> Make:
    """Return an attack: a bit in one part, the manifest agrees."""

    def attack(b: Bundles) -> bytes:
        part = bytearray(b.parts[container.__dict__[name.upper()]])
        part[len(part) // 2] ^= 1
        return b.with_parts(**{name: bytes(part)})

    return attack


def manifest(change: Callable[[dict], object]) -> Make:  # type: ignore[type-arg]
    def attack(b: Bundles) -> bytes:
        said = json.loads(b.parts[container.MANIFEST])
        change(said)
        return container.write(b.parts | {container.MANIFEST: canonical_json(said)})

    return attack


def written(text: bytes) -> Make:
    return lambda b: container.write(b.parts | {container.MANIFEST: text})


def leaf(**fields: str) -> Make:
    def attack(b: Bundles) -> bytes:
        own = b.issued.leaf
        other = Leaf(own.event, own.at, own.fields | fields)
        return b.issued.build(leaf=other, proof=b.issued.proof(other.encode()))

    return attack


def other_event(b: Bundles) -> bytes:
    other = replace(at=b.issued.leaf.at, school=SCHOOL, code_hash="00" * 32, replaced_by="11" * 32)
    return b.issued.build(leaf=other, proof=b.issued.proof(other.encode()))


def proof(make: Callable[[Bundles], bytes]) -> Make:
    return lambda b: b.issued.build(proof=make(b))


def rolled_back(b: Bundles) -> bytes:
    """A checkpoint from before the leaf was entered, genuine, with this leaf's index."""
    rows = Rows()
    frontier, made = merkle.Frontier().extend([merkle.leaf_hash(one) for one in b.issued.before])
    rows.update({(node.level, node.index): node.hash for node in made})
    point = notes.Checkpoint(LOG.name, frontier.size, frontier.root())
    note = notes.Note.parse(notes.sign_checkpoint(point, LOG))
    return Proof(1, merkle.inclusion_proof(1, frontier.size, rows), note.encode()).encode()


def edited(change: Callable[[bytes], bytes]) -> Make:
    return proof(lambda b: change(b.issued.proof()))


def other_origin(b: Bundles) -> bytes:
    return b.issued.proof(key=SignerKey("log.example/other", KeyType.LOG, bytes(range(32))))


def strangers_list(kind: str) -> Make:
    """The attacker's own list, signed by his own operator, approves whatever he likes."""

    def attack(b: Bundles) -> bytes:
        operator = b.ground.stranger.operator
        at = b.issued.world.clock
        if kind == "authority":
            entries = [AuthorityEntry(SCHOOL, role, "00" * 32, MOMENT, None) for role in SignerRole]
            content = signed_lists.authority_list(entries, number=9, issued_at=at, scope=SCHOOL)
        else:
            content = signed_lists.status_list([], number=9, issued_at=at, scope=SCHOOL)
        value = signer(operator)(hashlib.sha256(trust_files.to_sign(content)).digest())
        return b.issued.build(**{kind: trust_files.attach(content, operator.chain, value)})

    return attack


def list_edited(kind: str) -> Make:
    def attack(b: Bundles) -> bytes:
        record = json.loads(getattr(b.issued, kind)())
        record["signed"]["number"] += 1
        return b.issued.build(**{kind: canonical_json(record)})

    return attack


def operators_certificate(old: bytes, new: bytes, kind: str) -> Make:
    """Return an attack: one value inside the certificate beside a list is none that a library knows."""

    def attack(b: Bundles) -> bytes:
        record = json.loads(getattr(b.issued, kind)())
        first, *rest = record["signature"]["certificates"]
        der = base64.b64decode(first)
        assert old in der
        record["signature"]["certificates"] = [base64.b64encode(der.replace(old, new)).decode(), *rest]
        return b.issued.build(**{kind: canonical_json(record)})

    return attack


def swapped_lists(b: Bundles) -> bytes:
    return b.issued.build(authority=b.issued.status(), status=b.issued.authority())


def nested(b: Bundles) -> bytes:
    return b.with_parts(xml=b.genuine)


PARTS: dict[str, tuple[Make, str]] = {
    "a bit of the XML": (flipped("xml"), "digest. file. structure. bundle. signature."),
    "a bit of the PDF": (flipped("pdf"), "pdf."),
    "a bit of the proof": (flipped("proof"), "log.proof-wrong"),
    "a bit of the register": (flipped("authority"), "bundle.list-broken"),
    "a bit of the withdrawals": (flipped("status"), "bundle.list-broken"),
    "a bundle in the bundle": (nested, "file."),
    "a part that is not the manifest's": (
        lambda b: container.write(b.parts | {container.STATUS: b.issued.status(days=1)}), "bundle.manifest-digest"),
    "XML of another pupil": (lambda b: b.with_parts(xml=b.other.xml), "bundle.pdf-other-xml"),
    "PDF of another pupil": (lambda b: b.with_parts(pdf=b.other.pdf), "bundle.pdf-other-xml"),
    "both of another pupil": (lambda b: b.with_parts(xml=b.other.xml, pdf=b.other.pdf), "log.leaf-differs"),
    "another pupil logged with this PDF": (
        lambda b: Issued(b.issued.world, b.other.xml, b.issued.pdf, b.issued.directory).build(),
         "bundle.pdf-other-xml"),
    "PDF stamped anew": (lambda b: b.with_parts(pdf=b.ground.archived(b.ground.certified)), "log.leaf-differs"),
    "PDF without its archive": (lambda b: b.with_parts(pdf=b.ground.certified), "pdf.timestamp-missing"),
    "PDF in the XML's place": (lambda b: b.with_parts(xml=b.issued.pdf), "file."),
    "no manifest": (written(b""), "bundle.manifest-form"),
    "a list for a manifest": (written(b"[]"), "bundle.manifest-form"),
    "half a manifest": (written(b"{"), "bundle.manifest-form"),
    "brackets for a manifest": (written(b"[" * 300_000), "bundle.manifest-form"),
    "a number of a million digits": (written(b'{"number":' + b"9" * 1_000_000 + b"}"), "bundle.manifest-form"),
    "manifest without leaf": (manifest(lambda m: m.pop("leaf")), "bundle.manifest-form"),
    "manifest number nought": (manifest(lambda m: m.update(number=0)), "bundle.manifest-form"),
    "manifest number true": (manifest(lambda m: m.update(number=True)), "bundle.manifest-form"),
    "manifest with more": (manifest(lambda m: m.update(extra="x")), "bundle.manifest-form"),
    "manifest of another template": (manifest(lambda m: m.update(template="other")), "bundle.manifest-form"),
    "manifest without code": (manifest(lambda m: m.update(look_up_code=None)), "bundle.manifest-form"),
    "manifest with a named leaf": (manifest(lambda m: m["leaf"].update(name="x")), "bundle.manifest-form"),
    "manifest without a file": (manifest(lambda m: m["files"].pop("transcript.xml")), "bundle.manifest-digest"),
    "manifest in other spelling": (lambda b: container.write(
        b.parts | {container.MANIFEST: b.parts[container.MANIFEST] + b" "}), "bundle.manifest-form"),
    "another code": (lambda b: b.issued.build(look_up_code="00000000-0000-4000-8000-000000000000"),
     "bundle.code-differs"),
    "leaf of another XML": (leaf(xml_sha256="00" * 32), "log.leaf-differs"),
    "leaf of another PDF": (leaf(pdf_sha256="00" * 32), "log.leaf-differs"),
    "leaf of another code": (leaf(code_hash="00" * 32), "log.leaf-differs"),
    "leaf of another school": (leaf(school="99000199"), "log.leaf-differs"),
    "leaf of another event": (other_event, "log.leaf-form"),
    "another log's key": (proof(lambda b: b.issued.proof(key=SignerKey.generate("log.example/specimen",
     KeyType.LOG))),
                          "log.proof-wrong"),
    "another log's name": (proof(other_origin), "log.proof-wrong"),
    "the witness as log": (proof(lambda b: b.issued.proof(key=SignerKey(LOG.name, KeyType.LOG, bytes(range(32,
     64))))),
                           "log.proof-wrong"),
    "proof of another leaf": (proof(lambda b: b.issued.proof(b"another leaf")), "log.proof-wrong"),
    "proof of another index": (proof(lambda b: b.issued.proof().replace(b"index 2", b"index 1")), "log.proof-wrong"),
    "proof of another pupil": (proof(lambda b: b.other.proof()), "log.proof-wrong"),
    "checkpoint from before": (proof(rolled_back), "log.proof-wrong"),
    "checkpoint of another size": (edited(lambda p: p.replace(b"\n3\n", b"\n4\n")), "log.proof-wrong"),
    "proof without signatures": (edited(lambda p: p[: p.index("— ".encode())]), "log.proof-wrong"),
    "proof without checkpoint": (proof(lambda b: b"c2sp.org/tlog-proof@v1\n"), "log.proof-wrong"),
    "proof without end": (proof(lambda b: b.issued.proof() + b"A" * 500_000), "log.proof-wrong"),
    "empty proof": (proof(lambda b: b""), "log.proof-wrong"),
    "register of a stranger": (strangers_list("authority"), "bundle.list-broken trust.anchor"),
    "withdrawals of a stranger": (strangers_list("status"), "bundle.list-broken trust.anchor"),
    "register edited": (list_edited("authority"), "bundle.list-broken"),
    "withdrawals edited": (list_edited("status"), "bundle.list-broken"),
    "register of another school": (lambda b: b.issued.build(authority=b.issued.authority(scope="99000199")),
                                   "bundle.list-broken"),
    "withdrawals of another school": (lambda b: b.issued.build(status=b.issued.status(scope="99000199")),
                                      "bundle.list-broken"),
    "operator's certificate of no known algorithm": (
        operators_certificate(SHA256_RSA, SHA256_RSA[:-1] + b"\x63", "status"), "bundle.list-broken"),
    "operator's certificate with a broken name": (
        operators_certificate("BẢN".encode(), b"B\xff\xff\xffN", "authority"), "bundle.list-broken"),
    "operator's certificate with a broken address": (
        operators_certificate(b"http", b"ht\xfftp"[:4], "status"), "bundle.list-broken"),
    "lists in each other's place": (swapped_lists, "bundle.list-broken"),
    "register without the leader, newer": (
        lambda b: b.issued.build(authority=b.issued.authority(days=1, without=[SignerRole.LEADER])), "authority."),
    "empty register": (lambda b: b.issued.build(authority=b"{}"), "bundle.list-broken"),
}  # fmt: skip
