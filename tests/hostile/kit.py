"""What an attacker from outside has: genuine files, the signers' keys, a CA's key, and a signer of his own.

`resigned` signs whatever the tree has become, reference by reference as the file itself declares them, so that
everything in it is valid by the letter of XMLDSig, and wrong by ours.
"""

from __future__ import annotations

import base64
import copy
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from signing.seal.certificates import name_text
from signing.seal.paths import EvidenceLike
from signing.seal.trust import AuthorityEntry, SignerRole, Trust
from signing.seal.xml import unsigned
from signing.seal.xml.build import canonical
from signing.specimen.pki import PUBLIC_CAS, IssuedKey
from tests.hostile.tree import CODE, DS, XA
from tests.hostile.variant import Edit
from tests.signing.seal.xml.world import AFTER, LEADER_NUMBER, NOW, SCHOOL, World

HASHES = {
    "http://www.w3.org/2000/09/xmldsig#sha1": "sha1",
    "http://www.w3.org/2001/04/xmldsig-more#md5": "md5",
    "http://www.w3.org/2001/04/xmldsig-more#sha224": "sha224",
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
    "http://www.w3.org/2007/05/xmldsig-more#sha3-256": "sha3_256",
}
INCLUSIVE = ("http://www.w3.org/TR/2001/REC-xml-c14n-20010315", "http://www.w3.org/2006/12/xml-c14n11")
ENVELOPED = DS[1:-1] + "enveloped-signature"
NAMES = {role.value: role.name for role in SignerRole}


@dataclass(frozen=True)
class Slot:
    """How one slot is signed again; the defaults are the rightful way."""

    key: IssuedKey
    claimed: datetime
    stamped: datetime
    value: Callable[[bytes], bytes] | None = None
    before_value: Edit | None = None
    evidence: bool = True
    token: Callable[[bytes], bytes] | None = None


@dataclass
class Kit:
    """One specimen world, a genuine file of it, and the approvals that its register holds."""

    world: World
    approved: list[AuthorityEntry] = field(default_factory=list)
    code: str = CODE

    @cached_property
    def genuine(self) -> bytes:
        """The file that most attacks start from."""
        return self.world.sealed(self.code)

    @cached_property
    def other_pupil(self) -> bytes:
        """Another genuine file of the same class."""
        return self.world.sealed("6a1d2c3b-0f0e-4d0c-8b0a-0102030405f6")

    @cached_property
    def rsa_leader(self) -> IssuedKey:
        """The leader with an approved RSA key, as USB tokens have."""
        key = self.world.person("Lê Thị Bích Hằng", LEADER_NUMBER, PUBLIC_CAS[1], rsa_bits=2048)
        return self.approve(key, SignerRole.LEADER)

    def leader_resigned(
        self, key: IssuedKey, algorithm: str, value: Callable[[bytes], bytes] | None = None
    ) -> bytes:
        """Return the genuine file with the leader's slot, and then the seal, signed again with another key."""

        def edit(root: etree._Element) -> None:
            present(root, "CBQL", key)
            method = root.find(f".//CBQL//{DS}SignatureMethod")
            assert method is not None
            method.set("Algorithm", algorithm)

        return self.resigned(edit, LEADER={"key": key, "value": value})

    def approve(
        self,
        key: IssuedKey,
        role: SignerRole,
        *,
        school: str = SCHOOL,
        since: timedelta = timedelta(days=-4),
        until: timedelta | None = None,
    ) -> IssuedKey:
        """Enter a key into the register, so that nothing but its own flaw speaks against it."""
        fingerprint = key.certificate.fingerprint(hashes.SHA256()).hex()
        ends = None if until is None else NOW + until
        self.approved.append(AuthorityEntry(school, role, fingerprint, NOW + since, ends))
        return key

    @property
    def trust(self) -> Trust:
        """What the verifier believes: the world's anchors, and every approval made so far."""
        trust = self.world.trust
        return replace(trust, authorities=(*(trust.authorities or ()), *self.approved), statuses_at=AFTER)

    def edited(self, edit: Edit) -> bytes:
        """Return the genuine file with another tree. The edit may return another root."""
        root = etree.fromstring(self.genuine)
        made = edit(root)
        return etree.tostring(made if isinstance(made, etree._Element) else root, encoding="utf-8")

    def resigned(self, edit: Edit, **slots: object) -> bytes:
        """Return the edited file signed again in every slot that it has."""
        root = etree.fromstring(self.genuine)
        made = edit(root)
        top = made if isinstance(made, etree._Element) else root
        for role in NAMES:
            if slot_of(top, role) is not None:
                self.sign(top, role, **slots.get(NAMES[role], {}))  # type: ignore[arg-type]
        return etree.tostring(top, encoding="utf-8")

    def sign(self, root: etree._Element, role: str, **how: object) -> None:
        """Sign what stands in one slot now, timestamp it and put the evidence beside it."""
        usual = self.world.step(SignerRole(role))
        step = replace(Slot(usual.key, usual.claimed, usual.stamped), **how)  # type: ignore[arg-type]
        node = slot_of(root, role)
        assert node is not None
        for old in node.iter(XA + "UnsignedProperties"):
            parent = old.getparent()
            assert parent is not None
            parent.remove(old)
        info = node.find(DS + "SignedInfo")
        assert info is not None
        for reference in info.findall(DS + "Reference"):
            self._digest(root, node, reference)
        if step.before_value:
            step.before_value(root)
        method = info.find(DS + "SignatureMethod")
        octets = canonical(info)
        raw = step.value(octets) if step.value else sign(step.key, octets, method.get("Algorithm"))  # type: ignore[union-attr]
        value = node.find(DS + "SignatureValue")
        assert value is not None
        value.text = base64.b64encode(raw).decode()
        if not step.evidence or node.find(f"{DS}Object/{XA}QualifyingProperties") is None:
            return
        imprint = hashlib.sha256(canonical(value)).digest()
        token = step.token(imprint) if step.token else self.world.stamp(imprint, step.stamped)
        evidence: EvidenceLike = self.world.evidence(step.key, step.stamped, token)
        unsigned.add(node, token, evidence)

    def _digest(self, root: etree._Element, node: etree._Element, reference: etree._Element) -> None:
        octets = referenced(root, node, reference)
        method = reference.find(DS + "DigestMethod")
        name = HASHES.get(method.get("Algorithm", ""), "sha256") if method is not None else "sha256"
        value = reference.find(DS + "DigestValue")
        if value is not None:
            value.text = base64.b64encode(hashlib.new(name, octets).digest()).decode()


def present(root: etree._Element, role: str, key: IssuedKey) -> None:
    """Put another signer's certificates, name and certificate digest into a slot, honestly."""
    node = slot_of(root, role)
    assert node is not None
    data = node.find(f"{DS}KeyInfo/{DS}X509Data")
    digest = node.find(f".//{XA}CertDigest/{DS}DigestValue")
    assert data is not None and digest is not None
    for old in list(data):
        data.remove(old)
    etree.SubElement(data, DS + "X509SubjectName").text = name_text(key.certificate.subject)
    for one in key.chain:
        der = one.public_bytes(Encoding.DER)
        etree.SubElement(data, DS + "X509Certificate").text = base64.b64encode(der).decode()
    first = key.chain[0].public_bytes(Encoding.DER)
    digest.text = base64.b64encode(hashlib.sha256(first).digest()).decode()


def slot_of(root: etree._Element, role: str) -> etree._Element | None:
    """Return the signature that stands first in a slot of that name, wherever the slot is."""
    return next((node for one in root.iter(role) for node in one.iter(DS + "Signature")), None)


def referenced(root: etree._Element, node: etree._Element, reference: etree._Element) -> bytes:
    """Return the bytes under a reference as a simple signer reads it: first id found, transforms by name."""
    uri = reference.get("URI", "")
    target = root if uri in ("", "#xpointer(/)") else by_id(root, uri)
    transforms = reference.findall(f"{DS}Transforms/{DS}Transform")
    names = [one.get("Algorithm", "") for one in transforms]
    if target is None:
        return b""
    prefixes = [(one.get("PrefixList") or "").split() for one in reference.iter("{*}InclusiveNamespaces")]
    last = next((one for one in reversed(names) if "c14n" in one), "")
    options = {
        "exclusive": "exc-c14n" in last or not last,
        "with_comments": last.endswith("WithComments"),
    }
    if prefixes and options["exclusive"]:
        options["inclusive_ns_prefixes"] = prefixes[0]
    if ENVELOPED in names and node in target.iter():
        marker = node.get("Id")
        target = copy.deepcopy(target)
        for inner in list(target.iter(DS + "Signature")):
            if inner.get("Id") == marker:
                inner.getparent().remove(inner)  # type: ignore[union-attr]
    return etree.tostring(target, method="c14n", **options)  # type: ignore[call-overload,no-any-return]


def by_id(root: etree._Element, uri: str) -> etree._Element | None:
    """Return the first element whose identifier, however spelt, is the one in "#x" or "#xpointer(id('x'))"."""
    wanted = uri.removeprefix("#").removeprefix("xpointer(id('").removesuffix("'))")
    for node in root.iter(etree.Element):
        if any(
            etree.QName(str(key)).localname.lower() == "id" and value == wanted for key, value in node.items()
        ):
            return node
    return None


def sign(key: IssuedKey, octets: bytes, algorithm: str | None) -> bytes:
    """Return a signature value as the algorithm's URI asks, with the key as far as it can."""
    uri = algorithm or ""
    digest = {
        "sha1": hashes.SHA1(),  # noqa: S303
        "md5": hashes.MD5(),  # noqa: S303
        "sha384": hashes.SHA384(),
        "sha512": hashes.SHA512(),
    }.get(uri.rsplit("-", 1)[-1], hashes.SHA256())
    if isinstance(key.key, rsa.RSAPrivateKey):
        pss = padding.PSS(padding.MGF1(digest), digest.digest_size)
        return key.key.sign(octets, pss if "MGF1" in uri else padding.PKCS1v15(), digest)
    assert isinstance(key.key, ec.EllipticCurvePrivateKey)
    r, s = decode_dss_signature(key.key.sign(octets, ec.ECDSA(digest)))
    size = (key.key.key_size + 7) // 8
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def nothing(root: etree._Element) -> None:
    """Change nothing: what follows is in how it is signed."""
