"""Three verifiers by other people: the JDK's, pybergshamra (Rust) and xmlsec1 (C).

Each says of a file how many signatures it has and how many hold with the certificate beside them.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pybergshamra

Counts = dict[str, tuple[int, int]]
PROGRAM = Path(__file__).with_name("Judge.java")
DS, XADES = "http://www.w3.org/2000/09/xmldsig#", "http://uri.etsi.org/01903/v1.3.2#"
IDENTIFIERS = (
    *("--id-attr:id", "HOC_BA", "--id-attr:Id", "DU_LIEU_HOC_BA"),
    *("--id-attr:Id", f"{DS}:SignatureValue", "--id-attr:Id", f"{DS}:SignatureProperty"),
    *("--id-attr:Id", f"{XADES}:SignedProperties", "--id-attr:Id", f"{DS}:KeyInfo"),
)


def jdk(files: Mapping[str, Path]) -> Counts:
    """Ask the JDK about all files in one process."""
    lines = "".join(f"{path}\n" for path in files.values())
    done = subprocess.run(
        ["java", "-XX:TieredStopAtLevel=1", str(PROGRAM)],
        input=lines,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    rows = [tuple(map(int, line.split(" "))) for line in done.stdout.splitlines()]
    return {name: (row[0], row[1]) for name, row in zip(files, rows, strict=True)}


def bergshamra(files: Mapping[str, Path]) -> Counts:
    """Ask pybergshamra; its positional rule knows no seal in a slot of its own, so it is switched off."""
    return {name: _bergshamra(path) for name, path in files.items()}


def _bergshamra(path: Path) -> tuple[int, int]:
    context = pybergshamra.DsigContext(pybergshamra.KeysManager(), secure_defaults=False)
    context.insecure = True  # certificates are not its question here
    context.strict_verification = False
    try:
        found = pybergshamra.verify_all(context, path.read_text("utf-8-sig"))
    except (pybergshamra.BergshamraError, UnicodeDecodeError, ValueError):
        return 0, 0
    return len(found), sum(map(bool, found))


def xmlsec1(files: Mapping[str, Path]) -> Counts:
    """Ask xmlsec1, a process for each signature."""
    return {name: _xmlsec1(path) for name, path in files.items()}


def _xmlsec1(path: Path) -> tuple[int, int]:
    count = path.read_bytes().count(b"</Signature>")
    good = 0
    for place in range(1, count + 1):
        node = f"(//*[local-name()='Signature'])[{place}]"
        call = [
            "xmlsec1",
            "--verify",
            "--insecure",
            "--enabled-key-data",
            "x509",
            *IDENTIFIERS,
            "--node-xpath",
            node,
        ]
        good += subprocess.run([*call, str(path)], capture_output=True, check=False).returncode == 0
    return count, good
