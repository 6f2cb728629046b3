"""A class goes the whole way: three signers, seal, log, and a stranger verifies the files offline."""

from __future__ import annotations

from signing.actions import instruments
from signing.seal.trust_files import load_trust
from signing.seal.verdict import Indication
from signing.seal.verify import verify_file
from tests.world import World


def test_a_class_is_issued_and_verifies_offline(world: World) -> None:
    class_year = world.frozen_class(pupils=2)

    sealed = world.issue(class_year)

    trust, now = load_trust(world.trust), world.now()
    assert len(sealed) == 2
    for one in sealed:
        for digest in (one.xml_sha256, one.pdf_sha256):
            verdict = verify_file(instruments.blobs().get(digest), trust, now)
            assert (verdict.indication, verdict.reasons) == (Indication.PASSED, ())
