"""The witness over real HTTP: it follows an honest log, refuses a rewritten one, and survives a restart."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from signing.log import merkle, notes
from signing.log.notes import KeyType, SignerKey
from signing.witness import client
from signing.witness.__main__ import main
from signing.witness.judgement import Request, Witness
from signing.witness.memory import Memory, MemoryLost
from signing.witness.server import WitnessServer

LOG = SignerKey("log.example/specimen", KeyType.LOG, bytes(range(32)))
WITNESS = SignerKey("witness.example/specimen", KeyType.WITNESS, bytes(range(32, 64)))


class Log:
    """A small log that can also lie."""

    def __init__(self, salt: bytes = b"") -> None:
        self.rows: dict[tuple[int, int], bytes] = {}
        self.frontier = merkle.Frontier()
        self.salt = salt

    def node(self, level: int, index: int) -> bytes:
        return self.rows[level, index]

    def grow(self, size: int) -> bytes:
        leaves = (merkle.leaf_hash(self.salt + bytes([number])) for number in range(self.frontier.size, size))
        self.frontier, made = self.frontier.extend(leaves)
        self.rows.update({(node.level, node.index): node.hash for node in made})
        return notes.sign_checkpoint(notes.Checkpoint(LOG.name, size, self.frontier.root()), LOG)


def serve(state: Path) -> Iterator[str]:
    server = WitnessServer(
        ("127.0.0.1", 0), Witness(WITNESS, [LOG.verifier]), Memory(state), lambda: 1_700_000_000
    )
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    yield from serve(tmp_path / "state.json")


def test_it_follows_an_honest_log(address: str) -> None:
    log, last = Log(), 0
    for size in (0, 1, 5, 5, 8, 200):
        point = log.grow(size)
        line = client.ask(address, WITNESS.verifier, point, client.consistency(log), old=last)
        both = notes.Note(notes.Note.parse(point).text, (line,))
        assert notes.cosignatures(both, [WITNESS.verifier])[0].seconds == 1_700_000_000
        last = size
    # The client that has forgotten what was seen learns it from the witness.
    assert client.ask(address, WITNESS.verifier, log.grow(201), client.consistency(log), old=0)
    assert requests.get(address, timeout=5).text.strip() == str(WITNESS.verifier)


def test_a_rewritten_log_is_refused(address: str) -> None:
    honest, liar = Log(), Log(b"other")
    client.ask(address, WITNESS.verifier, honest.grow(6), client.consistency(honest), old=0)
    for size, status in ((6, 409), (9, 422)):
        with pytest.raises(client.NotWitnessed) as refusal:
            client.ask(address, WITNESS.verifier, liar.grow(size), client.consistency(liar), old=6)
        assert refusal.value.status == status
    # Nor may the log grow shorter.
    short = Log()
    with pytest.raises(client.NotWitnessed):
        client.ask(address, WITNESS.verifier, short.grow(3), client.consistency(short), old=3)
    assert client.ask(address, WITNESS.verifier, honest.grow(7), client.consistency(honest), old=6)


def test_it_remembers_through_a_restart(tmp_path: Path) -> None:
    log, liar = Log(), Log(b"other")
    first = serve(tmp_path / "state.json")
    client.ask(next(first), WITNESS.verifier, log.grow(4), client.consistency(log), old=0)
    first.close()  # type: ignore[attr-defined]
    second = serve(tmp_path / "state.json")
    address = next(second)
    try:
        with pytest.raises(client.NotWitnessed):
            client.ask(address, WITNESS.verifier, liar.grow(4), client.consistency(liar), old=0)
        assert client.ask(address, WITNESS.verifier, log.grow(9), client.consistency(log), old=4)
    finally:
        second.close()  # type: ignore[attr-defined]


def test_answers_of_the_protocol(address: str) -> None:
    log = Log()
    point = log.grow(2)
    stranger = SignerKey.generate("stranger.example", KeyType.LOG)
    foreign = notes.sign_checkpoint(notes.Checkpoint(stranger.name, 0, merkle.EMPTY_ROOT), stranger)
    impostor = SignerKey.generate(LOG.name, KeyType.LOG)
    forged = notes.sign_checkpoint(notes.Checkpoint(LOG.name, 0, merkle.EMPTY_ROOT), impostor)
    cases = [
        (b"", 400),
        (b"old 0\n", 400),
        (b"old 00\n\n" + point, 400),
        (b"old 3\n\n" + point, 400),
        (b"old 0\n\n" + foreign, 404),
        (b"old 0\n\n" + forged, 403),
        (b"old 1\n\n" + point, 409),
        (Request(0, (bytes(32),), point).encode(), 422),
        (Request(0, (bytes(32),) * 64, point).encode(), 400),
        (b"x" * 200_000, 400),
        (Request(0, (), point).encode(), 200),
    ]
    for body, status in cases:
        assert requests.post(f"{address}/add-checkpoint", data=body, timeout=5).status_code == status
    assert requests.post(f"{address}/other", data=b"", timeout=5).status_code == 404


def test_a_damaged_memory_stops_it(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text("{")
    with pytest.raises(MemoryLost):
        Memory(tmp_path / "state.json")


def test_keys_are_made_once_and_private(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "witness.key"
    assert main(["key", "witness.example/one", str(file)]) == 0
    public = notes.VerifierKey.parse(capsys.readouterr().out.strip())
    assert notes.SignerKey.parse(file.read_text().strip()).verifier == public
    assert file.stat().st_mode & 0o777 == 0o600
    assert main(["key", "witness.example/one", str(file)]) == 2
