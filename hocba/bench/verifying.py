"""Verification: CPU seconds of our strict verifier in process, beside starting `xmlsec1` per signature."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from pathlib import Path

from django.conf import settings

from hocba.bench import ground
from hocba.bench.figures import Figure
from hocba.bench.ground import Issued, NotMeasurable
from hocba.bench.stopwatch import children_of, cpu_of
from hocba.kernel import clock
from signing.seal import paths, proofs
from signing.seal.trust import SignerRole
from signing.seal.trust_files import load_trust
from signing.seal.verdict import Indication, Verdict
from signing.seal.verify import verify_file
from signing.seal.xml.policy import ALONE
from signing.seal.xml.verify import verify_xml

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


def measure(n: int) -> list[Figure]:
    """Return the figures of `n` rounds over sealed XML, PDF and bundle.

    In each round everything kept is forgotten and one transcript is verified (`.cold`); the next of its class
    is passed over, since the authorities answered between the two; the third is what is measured: its paths
    are known by then, and the file was never seen.
    """
    (first, second, found, *_), at = ground.issued_documents(), clock.now()
    trust = load_trust(Path(settings.TRUST_DIR))
    checks: dict[str, Callable[[Issued], Verdict]] = {
        "strict": lambda one: verify_xml(one.xml, trust, at, ALONE),
        "xml": lambda one: verify_file(one.xml, trust, at),
        "pdf": lambda one: verify_file(one.pdf, trust, at),
        "bundle": lambda one: verify_file(one.bundle, trust, at),
    }
    samples: dict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as directory:
        document = Path(directory) / "document.xml"
        document.write_bytes(found.xml)
        for round_ in range(
            n + 1
        ):  # side by side, so that the machine's moods fall upon all; the first is warm-up
            taken = {BASELINE: children_of(partial(_others, document))}
            for name, check in checks.items():
                _forget()
                taken[f"{name}.cold"] = cpu_of(partial(_passes, check, first))
                _passes(check, second)
                taken[name] = cpu_of(partial(_passes, check, found))
            for name, seconds in taken.items() if round_ else ():
                samples[name].append(seconds)
    baseline = tuple(samples.pop(BASELINE))
    return [_figure(name, tuple(taken), baseline) for name, taken in sorted(samples.items())]


def _figure(name: str, taken: tuple[float, ...], baseline: tuple[float, ...]) -> Figure:
    """Put with each figure how many signatures one core verifies a second; a PDF carries one more."""
    signatures = len(SignerRole) + (not name.startswith(("xml", "strict")))
    rate = round(signatures / statistics.median(taken), 1)
    return Figure(f"verify.{name}", "s", taken, BASELINE, baseline, {"signatures_per_second": rate})


def _forget() -> None:
    """Forget what files have brought: paths, proofs, certificates. The program's own tables stay."""
    paths.clear_cache()
    proofs.clear_cache()
    for name in [one for one in sys.modules if one.startswith("signing.seal.")]:
        for one in vars(sys.modules[name]).values():
            if hasattr(one, "cache_parameters") and one.cache_parameters()["maxsize"] is not None:
                one.cache_clear()


def _passes(check: Callable[[Issued], Verdict], file: Issued) -> None:
    verdict = check(file)
    if verdict.indication is not Indication.PASSED:
        raise NotMeasurable(f"our verifier does not pass it: {[one.code for one in verdict.reasons]}")


def _others(document: Path) -> None:
    """Check the three signatures of a sealed XML with xmlsec1, digests and values only (no paths, no times)."""
    for role in SignerRole:
        node = f"//*[local-name()='{role.value}']/*[local-name()='Signature']"
        line = [_program(), "--verify", "--insecure", "--enabled-key-data", "x509"]
        line += [word for name, element in ID_ATTRIBUTES for word in (f"--id-attr:{name}", element)]
        done = subprocess.run(  # a fixed program on a file of our own
            [*line, "--node-xpath", node, str(document)], capture_output=True, check=False
        )
        if done.returncode != 0:
            raise NotMeasurable(f"xmlsec1: {done.stderr.decode(errors='replace')[-300:]}")


def _program() -> str:
    found = shutil.which("xmlsec1")
    if found is None:
        raise NotMeasurable("xmlsec1 is not installed: apt-get install xmlsec1")
    return found
