"""No hostile XML passes, each is told why, none costs more than is promised; nothing genuine is refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from signing.seal.verdict import Indication, Reason
from signing.sentence_texts import SENTENCES
from tests.hostile.conftest import AT, Corpus
from tests.hostile.families import FAMILIES, NASTY
from tests.hostile.independent import Counts, bergshamra, jdk, xmlsec1
from tests.hostile.says import words_of
from tests.hostile.variant import Variant
from tests.hostile_pdf.child import SECONDS

ROOT = Path(__file__).resolve().parents[2]
ORDER = {"TOTAL-PASSED": 0, "INDETERMINATE": 2, "TOTAL-FAILED": 1}


def is_of(reason: Reason, code: str) -> bool:
    return reason.code == code or reason.code.startswith(f"{code}.")


def test_there_are_enough_of_each_family() -> None:
    for family, variants in FAMILIES.items():
        names = [one.name for one in variants]
        assert len(set(names)) == len(names) >= 30, family
    assert sum(map(len, FAMILIES.values())) >= 700


@pytest.mark.parametrize("family", FAMILIES)
def test_no_hostile_file_passes_and_each_is_refused_for_its_reason(corpus: Corpus, family: str) -> None:
    accepted, wrongly = [], []
    for name, variant in corpus.hostile.items():
        if not name.startswith(f"{family}: "):
            continue
        verdict = corpus.answers[name].verdict
        if verdict.indication is Indication.PASSED:
            accepted.append(name)
        elif not fits(variant, corpus.answers[name]):
            wrongly.append(
                (name, verdict.indication, [(one.code, one.subindication) for one in verdict.reasons])
            )
    assert (accepted, wrongly) == ([], [])


def fits(variant: Variant, answer: Any) -> bool:
    verdict = answer.verdict
    if not {one.code for one in verdict.reasons} <= set(SENTENCES):
        return False
    return variant.indication in ("", verdict.indication) and any(
        is_of(one, variant.code) and one.subindication == variant.sub for one in verdict.reasons
    )


def test_no_file_costs_more_than_is_promised(corpus: Corpus) -> None:
    """The child ran them all in 512 MB of address space; one that hits the limit ends as file.broken."""
    slow = {name: one.seconds for name, one in corpus.answers.items() if one.seconds > SECONDS}
    starved = [
        name
        for name, one in corpus.answers.items()
        if any(reason.code in ("file.broken", "file.memory-limit") for reason in one.verdict.reasons)
    ]
    assert (slow, starved) == ({}, [])


def test_every_benign_file_passes(corpus: Corpus) -> None:
    refused = {}
    for name, one in corpus.benign.items():
        verdict = corpus.answers[name].verdict
        if verdict.indication is not Indication.PASSED or tuple(r.code for r in verdict.reasons) != one.notes:
            refused[name] = (verdict.indication, verdict.reasons)
    assert refused == {}
    assert len(corpus.benign) >= 30


@pytest.fixture(scope="module")
def told(corpus: Corpus) -> tuple[int, list[dict[str, Any]]]:
    """What the command says of every file, in one call."""
    dead = "127.0.0.1:1"
    away = {"DATABASE_URL": f"postgresql://nobody@{dead}/nothing", "REDIS_URL": f"redis://{dead}/0"}
    files = [corpus.path(name).name for name in corpus.answers]
    done = subprocess.run(
        [
            *(sys.executable, str(ROOT / "manage.py"), "verify", *files, "--json", "--offline"),
            *("--at", AT.isoformat(), "--trust", str(corpus.trust)),
        ],
        cwd=corpus.directory,
        env=os.environ | away,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.stderr == ""
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def test_the_command_says_the_same_and_why(corpus: Corpus, told: tuple[int, list[dict[str, Any]]]) -> None:
    code, rows = told
    assert code == 1
    assert [row["file"] for row in rows] == [corpus.path(name).name for name in corpus.answers]
    silent = []
    for (name, answer), row in zip(corpus.answers.items(), rows, strict=True):
        assert row["indication"] == answer.verdict.indication, name
        assert row["subindication"] == answer.verdict.subindication, name
        if name in corpus.hostile:
            read = " ".join(row["reasons"]).lower()
            if not any(words in read for words in words_of(corpus.hostile[name].code)):
                silent.append((name, row["reasons"]))
    assert silent == []


def test_a_name_and_a_pipe_change_nothing(corpus: Corpus, tmp_path: Path) -> None:
    """Another file name, a copy, and a file that comes through a pipe."""
    genuine = corpus.data("benign: as issued")
    (tmp_path / "Ảnh chụp (1).jpg").write_bytes(genuine)
    (tmp_path / "-rf").write_bytes(genuine)
    call = f"{sys.executable} {ROOT / 'manage.py'} verify --json --at {AT.isoformat()} --trust {corpus.trust}"
    done = subprocess.run(
        ["bash", "-c", f"{call} -- *.jpg -rf <(cat *.jpg) <(true)"],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.stderr == ""
    assert [row["indication"] for row in rows] == ["TOTAL-PASSED"] * 3 + ["TOTAL-FAILED"]
    assert done.returncode == 1


@pytest.mark.django_db
def test_the_public_door_bears_the_nastiest(corpus: Corpus, settings: Any) -> None:
    settings.TRUST_DIR = str(corpus.trust)
    names = [f"{family}: {name}" for family, name in NASTY]
    assert len(names) == 20
    for some in (names[:10], names[10:]):
        files = [SimpleUploadedFile(f"{place}.xml", corpus.data(name)) for place, name in enumerate(some)]
        answer = Client().post(reverse("signing:verify"), {"files": files})
        assert answer.status_code == 200
        parts = answer.content.decode().split('<article class="result">')[1:]
        assert len(parts) == len(some)
        for name, part in zip(some, parts, strict=True):
            assert "verdict--passed" not in part, name
            assert any(words in part.lower() for words in words_of(corpus.hostile[name].code)), name


# --- Other people's verifiers ---


@pytest.fixture(scope="module")
def others(corpus: Corpus) -> dict[str, Counts]:
    """What the JDK and pybergshamra say of every file but those that are to exhaust them."""
    files = {name: corpus.path(name) for name in corpus.answers if not name.startswith("exhaustion")}
    return {"jdk": jdk(files), "bergshamra": bergshamra(files)}


def test_all_others_accept_what_we_accept(corpus: Corpus, others: dict[str, Counts]) -> None:
    genuine = {name: corpus.path(name) for name in corpus.benign}
    slots = {name: len(corpus.answers[name].verdict.signatures) for name in genuine}
    for verifier, found in (others | {"xmlsec1": xmlsec1(genuine)}).items():
        assert {name: found[name] for name in genuine} == {
            name: (slots[name], slots[name]) for name in genuine
        }, verifier


def test_others_are_fooled_by_many_and_refuse_the_forged(corpus: Corpus, others: dict[str, Counts]) -> None:
    """Each holds what XMLDSig says, and no more: that is why position, profile, trust and time are judged."""
    for verifier, found in others.items():
        names = [name for name in found if name in corpus.hostile]
        accepted = {name for name in names if found[name][0] == found[name][1] >= 3}
        assert len(accepted) > 300, verifier
        forged = {name for name in names if corpus.hostile[name].code == "digest.data"}
        assert accepted & forged == set(), verifier
