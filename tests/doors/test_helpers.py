"""The key agent, the witness, the timestamp and revocation server: any bytes get a clean answer and hurt nobody."""

from __future__ import annotations

import hashlib
import itertools
import json
import random
import socket
import threading
from collections.abc import Iterator

import pytest
import urllib3
from asn1crypto import tsp

from signing.agent.keyfiles import enrol
from signing.log.notes import KeyType, SignerKey
from signing.loopback import Child
from signing.specimen.pki import PUBLIC_CAS, SpecimenPki
from signing.witness.judgement import Witness
from signing.witness.memory import Memory
from signing.witness.server import WitnessServer
from tests.doors import values
from tests.world import PIN

HTTP = urllib3.PoolManager(maxsize=4, retries=False)
AT_MOST = 10.0
LOG = SignerKey("log.example/doors", KeyType.LOG, bytes(range(32)))
HELPERS = ("agent", "tsa", "witness")


@pytest.fixture(scope="module")
def doors(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[str, tuple[str, list[str], bytes, dict[str, str]]]]:
    """Each helper: address, paths, one good body, the headers a good caller sends."""
    home = tmp_path_factory.mktemp("helpers")
    pki = SpecimenPki.ensure(home / "pki", "http://127.0.0.1:9")
    person = pki.issue_person("Trần Văn Mẫu", "001090000002")
    credential = enrol(home / "agent", person.key, person.chain, PIN)
    imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": hashlib.sha256(b"a").digest()}
    stamp = tsp.TimeStampReq(
        {"version": "v1", "message_imprint": imprint, "cert_req": True, "nonce": 7}
    ).dump()
    judge = Witness(SignerKey("w.example/doors", KeyType.WITNESS, bytes(32)), [LOG.verifier])
    witness = WitnessServer(("127.0.0.1", 0), judge, Memory(home / "witness"), lambda: 1_800_000_000)
    threading.Thread(target=witness.serve_forever, daemon=True).start()
    with (
        Child("signing.agent", ["--directory", str(home / "agent")]) as agent,
        Child("signing.specimen.server", ["--directory", str(pki.directory), "--port", "0"]) as server,
    ):
        token = (home / "agent" / "token").read_text("utf-8").strip()
        asked = json.dumps({"credential": credential, "pin": "0", "signatures": 1, "seconds": 60}).encode()
        yield {
            "agent": (
                agent.url,
                ["/authorize", "/sign", "/close"],
                asked,
                {"Authorization": f"Bearer {token}"},
            ),
            "tsa": (server.url, ["/tsa/tsa-1", *(f"/ocsp/{name}" for name in PUBLIC_CAS[:1])], stamp, {}),
            "witness": (
                f"http://127.0.0.1:{witness.server_address[1]}",
                ["/add-checkpoint"],
                b"old 0\n\nlog.example/doors\n0\n\n",
                {},
            ),
        }
    witness.shutdown()
    witness.server_close()


def bodies(good: bytes) -> Iterator[bytes]:
    """Yield the hostile values, and the good body cut, doubled, and with bytes exchanged; always the same ones."""
    yield from (values.encoded(one)[:40_000] for one in values.ALL.values())
    chance = random.Random(2026)
    for _time in range(60):
        broken = bytearray(good)
        for _place in range(chance.randrange(1, 6)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        yield bytes(broken)
        yield good[: chance.randrange(len(good))]
    yield from (
        good * 2,
        good + b"\x00" * 1000,
        b"[" * 100_000,
        b"{}",
        b"[]",
        b"null",
        b"\x30\x84\xff\xff\xff\xff",
    )
    try:
        stated = json.loads(good)
    except ValueError:
        return
    for name, value in itertools.product(
        stated, [None, [], {}, "", -1, 1e308, "\x00", "9" * 5000, True, {"a": [1]}]
    ):
        yield json.dumps(stated | {name: value}).encode()


@pytest.mark.parametrize("helper", HELPERS)
def test_any_body_gets_a_clean_answer(doors: dict, helper: str, capfd: pytest.CaptureFixture[str]) -> None:
    url, paths, good, headers = doors[helper]
    odd = []
    for path, body in itertools.product(paths, bodies(good)):
        answer = HTTP.request("POST", url + path, body=body, headers=headers, timeout=AT_MOST)
        if answer.status >= 500 or b"Traceback" in answer.data:
            odd.append((path, body[:60], answer.status, answer.data[:100]))

    assert odd == []
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize("helper", HELPERS)
def test_any_address_and_verb_gets_a_clean_answer(
    doors: dict, helper: str, capfd: pytest.CaptureFixture[str]
) -> None:
    url, _paths, _good, headers = doors[helper]
    for name in values.ADDRESSES:
        raw = "".join(f"%{byte:02X}" for byte in values.encoded(values.ALL[name])[:500])
        for verb in ("GET", "POST", "PUT", "OPTIONS"):
            answer = HTTP.request(verb, f"{url}/{raw}/{raw}", headers=headers, timeout=AT_MOST)
            assert answer.status in (*range(200, 300), *range(400, 500), 501), (verb, name, answer.status)

    assert "Traceback" not in capfd.readouterr().err


RAW = [
    b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: \xd9\xa3\r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\r\n\r\n",
    b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n",
    b"GET / HTTP/1.1\r\nA: " + b"b" * 70_000 + b"\r\n\r\n",
]


@pytest.mark.parametrize("helper", HELPERS)
def test_nonsense_on_the_wire_ends_only_its_own_connection(
    doors: dict, helper: str, capfd: pytest.CaptureFixture[str]
) -> None:
    url, paths, good, headers = doors[helper]
    host, port = url.removeprefix("http://").split(":")
    for sent in RAW:
        with socket.create_connection((host, int(port)), AT_MOST) as one:
            one.sendall(sent)
            one.shutdown(socket.SHUT_WR)
            heard = b""
            while piece := _heard(one):
                heard += piece
        assert b" 500 " not in heard.split(b"\r\n")[0], sent[:80]
        assert b"Traceback" not in heard
    answer = HTTP.request("POST", url + paths[0], body=good, headers=headers, timeout=AT_MOST)

    assert answer.status < 500
    assert "Traceback" not in capfd.readouterr().err


def _heard(one: socket.socket) -> bytes:
    try:
        return one.recv(65536)
    except ConnectionResetError:
        return b""
