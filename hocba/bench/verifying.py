"""Verification: CPU seconds of our strict verifier in process, beside starting `xmlsec1` per signature."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from datetime import datetime
from functools import partial
from pathlib import Path

from django.conf import settings

from hocba.bench import ground
from hocba.bench.figures import Figure
from hocba.bench.stopwatch import children_of, cpu_of
from hocba.kernel import clock
from signing.seal import paths
from signing.seal.trust import SignerRole, Trust
from signing.seal.trust_files import load_trust
from signing.seal.verdict import Indication
from signing.seal.verify import verify_file

BASELINE = "xmlsec1, one process per signature"
DS = "http://www.w3.org/2000/09/xmldsig#"
XADES = "http://uri.etsi.org/01903/v1.3.2#"
ID_ATTRIBUTES = (
    ("id", "HOC_BA"),
    ("Id", "DU_LIEU_HOC_BA"),
    ("Id", f"{DS}:SignatureValue"),
    ("Id", f"{DS}:SignatureProperty"),
    ("Id", f"{XADES}:SignedProperties"),
)


class NotMeasurable(RuntimeError):
    """What should be measured does not hold; the message says what."""


def measure(n: int) -> list[Figure]:
    """Return the figures of `n` rounds over a sealed XML and PDF, with remembered paths and without."""
    trust, at = load_trust(Path(settings.TRUST_DIR)), clock.now()
    files = dict(zip(("xml", "pdf"), ground.an_issued_document(), strict=True))
    with tempfile.TemporaryDirectory() as directory:
        document = Path(directory) / "document.xml"
        document.write_bytes(files["xml"])
        baseline = tuple(children_of(partial(_others, document)) for _ in range(n))
    figures = []
    for kind, data in files.items():
        _check(data, trust, at)
        warm = tuple(cpu_of(partial(_check, data, trust, at)) for _ in range(n))
        cold = tuple(_cold(data, trust, at) for _ in range(n))
        figures.append(Figure(f"verify.{kind}", "s", warm, BASELINE, baseline))
        figures.append(Figure(f"verify.{kind}.cold", "s", cold, BASELINE, baseline))
    return figures


def _cold(data: bytes, trust: Trust, at: datetime) -> float:
    paths.clear_cache()
    return cpu_of(lambda: _check(data, trust, at))


def _check(data: bytes, trust: Trust, at: datetime) -> None:
    verdict = verify_file(data, trust, at)
    if verdict.indication is not Indication.PASSED:
        raise NotMeasurable(f"our verifier does not pass it: {[one.code for one in verdict.reasons]}")


def _others(document: Path) -> None:
    """Check the three signatures of a sealed XML with xmlsec1, digests and values only (no paths, no times)."""
    for role in SignerRole:
        node = f"//*[local-name()='{role.value}']/*[local-name()='Signature']"
        line = [_program(), "--verify", "--insecure", "--enabled-key-data", "x509"]
        line += [word for name, element in ID_ATTRIBUTES for word in (f"--id-attr:{name}", element)]
        done = subprocess.run(  # noqa: S603 - a fixed program on a file of our own
            [*line, "--node-xpath", node, str(document)], capture_output=True, check=False
        )
        if done.returncode != 0:
            raise NotMeasurable(f"xmlsec1: {done.stderr.decode(errors='replace')[-300:]}")


def _program() -> str:
    found = shutil.which("xmlsec1")
    if found is None:
        raise NotMeasurable("xmlsec1 is not installed: apt-get install xmlsec1")
    return found
