"""The specimen PKI over HTTP: `python -m signing.specimen.server --directory DIR [--port N] [--faults]`.

| address | what |
|---|---|
| `POST /ocsp/<ca>`, `GET /ocsp/<ca>/<base64>` | OCSP (RFC 6960) |
| `GET /crl/<ca>.crl`, `GET /ca/<ca>.cer` | revocation list, certificate (DER) |
| `POST /tsa/tsa-1`, `POST /tsa/tsa-2` | timestamps (RFC 3161) |
| `GET /healthz` | alive |
| `POST /control` (only with `--faults`) | `{"service": "ocsp" or "crl" or "tsa-1" or "tsa-2", "mode": …}` |

Without `--port` the port of the PKI's base URL is taken, and any free one where that is occupied.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import errno
import json
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from cryptography.hazmat.primitives.serialization import Encoding

from signing.loopback import BodyRefused, LoopbackHandler, LoopbackServer, serve
from signing.specimen.faults import LONG_AGO, SERVICES, TWISTS, Faults, Mode
from signing.specimen.pki import TIMESTAMP_AUTHORITIES, SpecimenPki
from signing.specimen.status import Responder, RevocationList
from signing.specimen.timestamping import PLAIN, TimestampAuthority

REQUEST_LIMIT = 64 * 1024


class Services:
    """Everything the server answers with; keys are loaded once, here."""

    def __init__(self, pki: SpecimenPki) -> None:
        authorities = {authority.name: authority for authority in pki.authorities()}
        self.certificates = {
            name: authority.certificate.public_bytes(Encoding.DER) for name, authority in authorities.items()
        }
        self.lists = {name: RevocationList(authority) for name, authority in authorities.items()}
        self.responders = {
            name: Responder(authority) for name, authority in authorities.items() if authority.answers_ocsp
        }
        self.timestamps = {
            name: TimestampAuthority(pki.timestamp_authority(name)) for name in TIMESTAMP_AUTHORITIES
        }
        for revocation_list in self.lists.values():
            revocation_list.current(datetime.now(UTC))

    def ocsp(self, authority: str, request: bytes, mode: Mode) -> bytes:
        """Return an OCSP answer, as the mode wants it."""
        now = datetime.now(UTC)
        if mode is Mode.STALE:
            return self.responders[authority].answer(request, now - LONG_AGO)
        if mode is Mode.FOREIGN:
            other = next(responder for name, responder in self.responders.items() if name != authority)
            return self.responders[authority].answer(request, now, signer=other)
        return self.responders[authority].answer(request, now)

    def crl(self, authority: str, mode: Mode) -> bytes:
        """Return a revocation list, as the mode wants it."""
        now = datetime.now(UTC)
        if mode is Mode.STALE:
            return self.lists[authority].at(now - LONG_AGO)
        if mode is Mode.FOREIGN:
            return next(other.current(now) for name, other in self.lists.items() if name != authority)
        return self.lists[authority].current(now)


class SpecimenServer(LoopbackServer):
    """The HTTP server with its services and fault switches."""

    def __init__(self, port: int, services: Services, faults: Faults | None) -> None:
        super().__init__(port, Handler)
        self.services = services
        self.faults = faults


class Handler(LoopbackHandler):
    """Routes one request; an address that does not exist is 404, a broken body 400."""

    server: SpecimenServer

    def do_GET(self) -> None:
        """Answer CRLs, certificates, OCSP by GET, and whether the server is alive."""
        services = self.server.services
        match urlsplit(self.path).path.split("/", 3)[1:]:
            case ["healthz"]:
                self.answer(200, "text/plain", b"ok\n")
            case ["crl", file] if (name := file.removesuffix(".crl")) in services.lists:
                if (mode := self._mode("crl")) is not None:
                    self.answer(200, "application/pkix-crl", services.crl(name, mode))
            case ["ca", file] if (name := file.removesuffix(".cer")) in services.certificates:
                self.answer(200, "application/pkix-cert", services.certificates[name])
            case ["ocsp", name, encoded] if name in services.responders:
                try:
                    request = base64.b64decode(unquote(encoded), validate=True)
                except binascii.Error:
                    self.answer(400, "text/plain", b"not base64\n")
                else:
                    self._ocsp(name, request)
            case _:
                self.answer(404, "text/plain", b"no such address\n")

    def do_POST(self) -> None:
        """Answer OCSP, timestamps and the fault switches."""
        services = self.server.services
        try:
            body = self.body(REQUEST_LIMIT)
        except BodyRefused:
            self.answer(400, "text/plain", b"body refused\n")
            return
        match urlsplit(self.path).path.split("/")[1:]:
            case ["ocsp", name] if name in services.responders:
                self._ocsp(name, body)
            case ["tsa", name] if name in services.timestamps:
                if (mode := self._mode(name)) is not None:
                    twist = TWISTS.get(mode, PLAIN)
                    data = services.timestamps[name].answer(body, datetime.now(UTC), twist)
                    self.answer(200, "application/timestamp-reply", data)
            case ["control"] if self.server.faults is not None:
                self._control(body, self.server.faults)
            case _:
                self.answer(404, "text/plain", b"no such address\n")

    def _ocsp(self, name: str, request: bytes) -> None:
        mode = self._mode("ocsp")
        if mode is not None:
            data = self.server.services.ocsp(name, request, mode)
            self.answer(200, "application/ocsp-response", data)

    def _mode(self, service: str) -> Mode | None:
        """Return how to answer, or None when a fault has already ended this request."""
        faults = self.server.faults
        mode = faults.count_and_mode(service) if faults else Mode.OK
        if mode is Mode.SILENT and faults:
            faults.wait_while_silent(service)
            self.close_connection = True
            return None
        if mode is Mode.ERROR:
            self.answer(503, "text/plain", b"out of order\n")
            return None
        if mode is Mode.GARBAGE:
            self.answer(200, "application/octet-stream", b"\x30\x03nonsense")
            return None
        return mode

    def _control(self, body: bytes, faults: Faults) -> None:
        try:
            wish = json.loads(body or b"{}")
            if wish:
                faults.set(wish["service"], Mode(wish["mode"]))
        except (ValueError, KeyError, TypeError):
            self.answer(400, "text/plain", b"unknown service or mode\n")
            return
        state = {service: faults.state(service) for service in SERVICES}
        self.answer(200, "application/json", json.dumps(state).encode())


def open_server(pki: SpecimenPki, port: int | None, *, faults: bool) -> SpecimenServer:
    """Bind the server; with `port` None the PKI's own port, or a free one where that is taken."""
    services = Services(pki)
    switches = Faults() if faults else None
    if port is not None:
        return SpecimenServer(port, services, switches)
    try:
        return SpecimenServer(urlsplit(pki.base_url).port or 0, services, switches)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        return SpecimenServer(0, services, switches)


def main() -> None:
    """Run the server until it is told to stop."""
    parser = argparse.ArgumentParser(prog="python -m signing.specimen.server")
    parser.add_argument("--directory", type=Path, required=True)
    parser.add_argument("--port", type=int)
    parser.add_argument("--faults", action="store_true", help="let POST /control break services (tests)")
    parser.add_argument("--with-parent", action="store_true", help="end when standard input closes")
    options = parser.parse_args()
    pki = SpecimenPki.ensure(options.directory)
    serve(open_server(pki, options.port, faults=options.faults), with_parent=options.with_parent)


if __name__ == "__main__":
    main()
