"""No byte of a sealed PDF may be another, and no validation data beside what our signer writes is borne."""

from __future__ import annotations

import io
import random
import re
from collections.abc import Callable

import pytest
from asn1crypto import cms, core
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name

from signing.seal.evidence import Evidence
from signing.seal.pdf import seal as room
from signing.seal.verdict import Indication
from signing.specimen.pki import TSA_CA
from signing.specimen.status import RevocationList
from tests.signing.seal.pdf.conftest import Genuine

SEED = 20270528
CONTAINER = re.compile(rb"<30[0-9A-F]{4000,}>")


def containers(pdf: bytes) -> list[range]:
    """Return where the hexadecimal containers stand: the seal's, the last timestamp's."""
    return [range(found.start() + 1, found.end() - 1) for found in CONTAINER.finditer(pdf)]


def changed(pdf: bytes, places: range, count: int, values: bytes) -> list[tuple[int, bytes]]:
    chance = random.Random(SEED)
    found = []
    for _ in range(count):
        place = chance.choice(places)
        other = chance.choice([one for one in values if one != pdf[place]])
        found.append((place, pdf[:place] + bytes([other]) + pdf[place + 1 :]))
    return found


@pytest.mark.parametrize("part", ["whole", "seal", "last timestamp"])
def test_no_byte_may_be_changed(genuine: Genuine, part: str) -> None:
    pdf = genuine.sealed
    seal, last = containers(pdf)
    places = {"whole": range(len(pdf)), "seal": seal, "last timestamp": last}[part]
    values = bytes(range(256)) if part == "whole" else b"0123456789ABCDEFabcdef \n"
    accepted = [
        place
        for place, hostile in changed(pdf, places, 100, values)
        if genuine.verdict(hostile).indication is Indication.PASSED
    ]
    assert accepted == []


@pytest.mark.parametrize("which", [0, 1])
def test_a_container_is_spelt_in_one_way(genuine: Genuine, which: int) -> None:
    place = containers(genuine.sealed)[which]
    inside = genuine.sealed[place.start : place.stop]
    for other in (inside.lower(), inside[:-1] + b" ", inside[:-2] + b"01", inside[:-2] + b"\n\n"):
        hostile = genuine.sealed[: place.start] + other + genuine.sealed[place.stop :]
        assert genuine.verdict(hostile).indication is Indication.FAILED


# ---- A last revision written anew, by one who may ask the timestamp authority ----------------------------------


def archived_with(change: Callable[[Genuine, Evidence], Evidence]) -> Callable[[Genuine], bytes]:
    def attack(g: Genuine) -> bytes:
        end = [found.end() for found in re.finditer(rb"%%EOF\r?\n?", g.sealed)][1]
        genuine = g.world.evidence(g.world.school)
        kept = Evidence(genuine.certificates, genuine.ocsps, genuine.crls)
        return room._archive(
            g.sealed[:end], g.world.stamp, g.world.school.chain, change(g, kept), room.TOKEN_ROOM
        )

    return attack


def a_stranger(g: Genuine, e: Evidence) -> Evidence:
    foreign = g.world.leader.certificate.public_bytes(Encoding.DER)
    return Evidence((*e.certificates, foreign), e.ocsps, e.crls)


def another_list(g: Genuine, e: Evidence) -> Evidence:
    listed = RevocationList(g.world.pki.authority(TSA_CA)).at(g.world.clock)
    return Evidence(e.certificates, e.ocsps, (*e.crls, listed))


def anothers_answer(g: Genuine, e: Evidence) -> Evidence:
    return Evidence(e.certificates, (*e.ocsps, g.world.evidence(g.world.leader).ocsps[0]), e.crls)


def no_lists(g: Genuine, e: Evidence) -> Evidence:
    return Evidence(e.certificates, e.ocsps, ())


def no_responders(g: Genuine, e: Evidence) -> Evidence:
    return Evidence(e.certificates[:1], e.ocsps, e.crls)


def another_order(g: Genuine, e: Evidence) -> Evidence:
    return Evidence(e.certificates, e.ocsps[::-1], e.crls)


REWRITTEN = [a_stranger, another_list, anothers_answer, no_lists, no_responders, another_order]


@pytest.mark.parametrize("change", REWRITTEN)
def test_no_other_validation_data_is_accepted(
    genuine: Genuine, change: Callable[[Genuine, Evidence], Evidence]
) -> None:
    verdict = genuine.verdict(archived_with(change)(genuine))
    assert verdict.indication is not Indication.PASSED
    assert any(reason.code.startswith("evidence.") for reason in verdict.reasons)


def test_the_same_validation_data_archived_again_passes(genuine: Genuine) -> None:
    assert genuine.verdict(archived_with(lambda g, e: e)(genuine)).reasons == ()


def entry_for_nothing(store: generic.DictionaryObject) -> None:
    entries = store["/VRI"]
    entries[pdf_name("/" + "A" * 40)] = entries.raw_get(next(iter(entries)))


def entry_shortened(store: generic.DictionaryObject) -> None:
    entry = next(iter(store["/VRI"].values())).get_object()
    entry[pdf_name("/OCSP")] = generic.ArrayObject([entry["/OCSP"].raw_get(0)])


def note_in_a_stream(store: generic.DictionaryObject) -> None:
    store["/Certs"].raw_get(0).get_object()[pdf_name("/Note")] = generic.pdf_string("x")


@pytest.mark.parametrize("edit", [entry_for_nothing, entry_shortened, note_in_a_stream])
def test_the_store_of_validation_data_has_one_form(
    genuine: Genuine, edit: Callable[[generic.DictionaryObject], None]
) -> None:
    class Writer(room._Writer):
        def update_root(self) -> None:
            super().update_root()
            if "/DSS" in self.root:
                edit(self.root["/DSS"])

    world = genuine.world
    end = [found.end() for found in re.finditer(rb"%%EOF\r?\n?", genuine.sealed)][1]
    writer = Writer(io.BytesIO(genuine.sealed[:end]))
    evidence = world.evidence(world.school)
    hostile = room._write_archive(writer, world.stamp, world.school.chain, evidence, room.TOKEN_ROOM)
    verdict = genuine.verdict(hostile)
    assert [reason.code for reason in verdict.reasons] == ["pdf.changed-after-signing"]


def _with_token(g: Genuine, edit: Callable[[cms.SignedData], None]) -> bytes:
    """Return the file with the last timestamp's container rewritten in place."""
    place = containers(g.sealed)[1]
    content = cms.ContentInfo.load(bytes.fromhex(g.sealed[place.start : place.stop].decode("ascii")))
    edit(content["content"])
    token = content.dump(force=True).hex().upper().encode("ascii")
    assert len(token) <= len(place)
    return g.sealed[: place.start] + token.ljust(len(place), b"0") + g.sealed[place.stop :]


def test_nothing_may_be_added_to_the_last_timestamp(genuine: Genuine) -> None:
    foreign = cms.Certificate.load(genuine.world.leader.certificate.public_bytes(Encoding.DER))

    def stranger(signed: cms.SignedData) -> None:
        signed["certificates"] = [*(one.chosen for one in signed["certificates"]), foreign]

    def note(signed: cms.SignedData) -> None:
        signed["signer_infos"][0]["unsigned_attrs"] = [{"type": "1.2.3.4", "values": [core.UTF8String("x")]}]

    for edit, code in ((stranger, "evidence.superfluous"), (note, "timestamp.not-exact")):
        verdict = genuine.verdict(_with_token(genuine, edit))
        assert verdict.indication is Indication.FAILED
        assert code in [reason.code for reason in verdict.reasons]
