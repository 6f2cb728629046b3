"""Run a witness.

python -m signing.witness key NAME FILE            make a private key (mode 0600), print the public one
python -m signing.witness serve --key FILE --state FILE --log VKEY [--log VKEY …] [--port N]
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from hocba.kernel import clock
from signing.log import notes
from signing.log.text import Malformed
from signing.witness.judgement import Witness
from signing.witness.memory import Memory, MemoryLost
from signing.witness.server import WitnessServer


def main(arguments: list[str]) -> int:
    """Do what the command line asks; 2 and one line on stderr when it cannot be done."""
    options = _parser().parse_args(arguments)
    try:
        return _make_key(options) if options.command == "key" else _serve(options)
    except (OSError, Malformed, MemoryLost) as error:
        sys.stderr.write(f"witness: {type(error).__name__}: {error}\n")
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m signing.witness")
    commands = parser.add_subparsers(dest="command", required=True)
    key = commands.add_parser("key")
    key.add_argument("name")
    key.add_argument("file", type=Path)
    serve = commands.add_parser("serve")
    serve.add_argument("--key", type=Path, required=True)
    serve.add_argument("--state", type=Path, required=True)
    serve.add_argument("--log", action="append", required=True)
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8099)
    return parser


def _make_key(options: argparse.Namespace) -> int:
    key = notes.SignerKey.generate(options.name, notes.KeyType.WITNESS)
    file = os.open(options.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(file, "w", encoding="utf-8") as handle:
        handle.write(key.secret_text() + "\n")
    sys.stdout.write(f"{key.verifier}\n")
    return 0


def _serve(options: argparse.Namespace) -> int:
    key = notes.SignerKey.parse(options.key.read_text("utf-8").strip())
    witness = Witness(key, [notes.VerifierKey.parse(text) for text in options.log])
    memory = Memory(options.state)
    server = WitnessServer(
        (options.host, options.port), witness, memory, lambda: int(clock.now().timestamp())
    )
    sys.stdout.write(f"{key.verifier} http://{options.host}:{server.server_port}\n")
    sys.stdout.flush()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
