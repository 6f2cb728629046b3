"""Every code that verification of XML, certificate paths and timestamps can give, with what it means.

`signing.sentences` has one Vietnamese sentence for each. Codes are stable: scripts may quote them.
"""

from __future__ import annotations

from typing import Final

CODES: Final[dict[str, str]] = {
    # The file as such (FORMAT_FAILURE)
    "file.too-large": "The file is larger than is read (10 MB).",
    "file.xml-too-large": "The XML of one transcript is larger than is read (2 MB).",
    "file.empty": "The file is empty.",
    "file.encoding": "The file is not UTF-8, or declares another encoding.",
    "file.forbidden-markup": "The file has a comment, processing instruction, DTD, entity or CDATA section.",
    "file.not-xml": "The file is not well-formed XML.",
    "file.too-complex": "The file has too many elements or attributes or is nested too deeply.",
    "file.namespaces": "The file uses or declares a namespace that has no place in it.",
    "file.duplicate-id": "Two elements carry the same identifier.",
    "file.broken": "The file could not be read to its end.",
    "layout.root": "The outermost element is not HOC_BA (or the list) with its identifier.",
    "layout.elements": "An element is missing, superfluous or not in its place; `where` names the parent.",
    "layout.attributes": "An element has other attributes than it must; `where` names it.",
    "layout.text": "Text stands where none may stand; `where` names the element.",
    "layout.base64": "A value is not base64 on one line; `where` names the element.",
    "layout.reference": "A signature refers to other things, or in another way, than it must.",
    "layout.time": "A time is not written as YYYY-MM-DDThh:mm:ss+07:00; `where` names the element.",
    "layout.certificate": "A certificate in the file cannot be read, or is larger than is read (32 KB).",
    "layout.code": "The identifiers do not carry the look-up code of the data.",
    "structure.schema": "The content breaks the schema of the national format; `detail` says where.",
    # Signatures
    "digest.data": "The data region was changed after it was signed.",
    "digest.document": "Something in the document was changed after it was sealed.",
    "digest.countersigned": "The homeroom teacher's signature was changed after the leader signed.",
    "digest.time": "The signing time was changed after it was signed.",
    "digest.properties": "The signed properties were changed.",
    "digest.key-info": "The certificates beside the signature were changed.",
    "digest.list": "The list of transcripts was changed after it was signed.",
    "digest.own": "Another signed part of the signature was changed.",
    "signature.value": "The signature value does not belong to this document and certificate.",
    "signature.weak-algorithm": "The signature uses an algorithm or key that is no longer allowed.",
    "signature.not-covering-data": "The signature does not cover the data region.",
    "signature.not-covering-time": "The signature does not cover its signing time.",
    "signature.second-opinion": "A second, independent verifier does not agree.",
    "certificate.digest": "The certificate is not the one the signer committed to.",
    "certificate.subject-name": "X509SubjectName is not the subject of the certificate.",
    "signer.role": "The role the signer claims is not the role of the slot.",
    "signer.other-person": "The certificate does not belong to the person with this personal number.",
    "signer.not-the-named": "The signer is not the person whom the data names for this role.",
    "signer.same-person": "The homeroom teacher and the leader are the same person (noted).",
    "signer.homeroom-absent": "There is no signature of a homeroom teacher (noted; optional in v1.0).",
    # Time
    "time.claims-differ": "The three statements of the signing time are not the same.",
    "time.claim-too-far": "The claimed signing time is more than 24 hours away from the timestamp.",
    "time.order": "The signatures were not made in the order teacher, leader, seal.",
    "timestamp.missing": "There is no timestamp, so nothing proves when the signature was made.",
    "timestamp.format": "The timestamp cannot be read.",
    "timestamp.other-data": "The timestamp belongs to another signature.",
    "timestamp.signature": "The timestamp's own signature is wrong.",
    "timestamp.weak-algorithm": "The timestamp uses an algorithm that is no longer allowed.",
    "timestamp.certificate-missing": "The timestamp authority's certificate is not in the file.",
    "timestamp.certificate-not-identified": "The timestamp does not commit to its authority's certificate.",
    "timestamp.inaccurate": "The timestamp authority claims less than a minute's accuracy.",
    "timestamp.not-exact": "The timestamp has something added, or is not written as DER has it.",
    "timestamp.future": "The timestamp lies in the future.",
    # Certificates and paths (line signers; for timestamp authorities line time)
    "path.unknown-issuer": "The certificate leads to no authority that is trusted for this role.",
    "path.revoked": "The certificate had been revoked.",
    "path.authority-revoked": "The certificate of an issuing authority had been revoked.",
    "path.expired": "The certificate had expired.",
    "path.not-yet-valid": "The certificate was not valid yet.",
    "path.revocation-unknown": "The file does not show whether the certificate had been revoked.",
    "path.weak-algorithm": "The certificate uses a key or algorithm that is no longer allowed.",
    "path.broken": "The chain of certificates does not hold.",
    "path.evidence-too-large": "The embedded evidence is larger than is read.",
    "path.evidence-unreadable": "The embedded evidence cannot be read.",
    # Evidence, in files of our own profile and in PDFs (line signers)
    "evidence.form": "A certificate, OCSP answer or list in the evidence is broken or not canonical DER.",
    "evidence.signature": "A certificate, answer or list is not signed by the authority that it names.",
    "evidence.superfluous": "The evidence holds something that no path in this file needs.",
    "evidence.order": "The evidence is not in its order, or holds something twice.",
    "evidence.missing": "Evidence that our signer embeds is not there.",
    "evidence.issuer-unknown": "Evidence about a trusted authority is by an issuer that is not known here.",
    "evidence.stale": "The evidence was too old when the signature was timestamped.",
    # What kind of certificate
    "certificate.is-authority": "The certificate is that of an authority, not of a signer.",
    "certificate.key-usage": "The certificate is not meant for signatures.",
    "certificate.purpose": "The certificate is meant for something else (web server, code, …).",
    # Authority
    "authority.no-register": "No register of approved certificates is at hand.",
    "authority.not-approved": "The certificate is not approved for this role at this school.",
    "authority.not-approved-then": "The approval did not cover the time of signing.",
    "authority.ended": "The approval had been ended before the time of signing; `since` names the moment.",
    # Standing
    "status.no-list": "No list of withdrawals is at hand (noted).",
    "status.withdrawn": "The transcript has been withdrawn (noted).",
    "status.replaced": "The transcript has been replaced by another (noted).",
}
