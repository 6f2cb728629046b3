"""The demo's processes: databases, PKI, key agent, receiver, workers, web; started and stopped together.

Nothing here imports the apps: everything that needs the database runs in children of its own, which read the
addresses from their environment (`hocba.demo.__main__`).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from hocba.bootstrap import homes, places, servers
from hocba.bootstrap.supervise import Child, ChildFailed, Supervisor, die_with_parent, free_port, listens
from hocba.demo.keys import LOG_ORIGIN, KeyRing
from signing.specimen.files import write_private

RUNNING = "running.json"
"""In the home while the demo runs: the environment with which other commands find its servers."""

DESK_SECRET = "hocba-ban-mau"  # noqa: S105 - of a specimen, printed for everybody
RECEIVER_DATABASE = "hocba_receiver"
MINISTRY_USER = "99"
OWN_SETTINGS = {"DJANGO_SETTINGS_MODULE": "exports.receiver.settings"}
"""The receiver is a program of its own; ours would reach it through the environment."""

MOST_WORKERS = 4
WATCH_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Places:
    """Where the demo keeps things: `home` its servers' data and keys, `papers` what people take away."""

    home: Path
    papers: Path

    @property
    def trust(self) -> Path:
        """Return the trust directory."""
        return self.papers / "trust"

    @property
    def keys(self) -> Path:
        """Return the directory of the specimen keys."""
        return self.home / "keys"


def default_places() -> Places:
    """Return the demo's places on this machine."""
    return Places(places.server_home("demo"), places.var() / "demo")


class Demo:
    """A demo that runs: its environment and its children."""

    def __init__(self, where: Places, supervisor: Supervisor, environment: dict[str, str]) -> None:
        self.where = where
        self.environment = environment
        self._supervisor = supervisor

    def run(self, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
        """Run `python -m hocba.demo <arguments>` at this terminal while watching the children.

        Raises: ChildFailed, when it ends badly or a child dies meanwhile.
        """
        line = [sys.executable, "-m", "hocba.demo", *arguments]
        surroundings = {**os.environ, **self.environment, **(environment or {})}
        process = subprocess.Popen(
            line,
            env=surroundings,
            cwd=places.ROOT,
            preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - one thread here
        )
        try:
            while True:
                with suppress(subprocess.TimeoutExpired):
                    code = process.wait(WATCH_SECONDS)
                    break
                self.check()
        except BaseException:  # whatever ends the wait, the child does not outlive it; raised again
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()
            raise
        if code != 0:
            raise ChildFailed(f"`python -m hocba.demo {' '.join(arguments)}` ended with {code}")

    def in_the_back(
        self,
        name: str,
        *line: str,
        environment: Mapping[str, str] | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
    ) -> Child:
        """Start `python <line>` as a child whose output goes to a log."""
        surroundings = {**self.environment, **(environment or {})}
        command = [sys.executable, *line]
        return self._supervisor.start(name, command, environment=surroundings, stop_signal=stop_signal)

    def finished(self, child: Child, *, within_seconds: float = 120) -> None:
        """Wait until a child has done its work. Raises: ChildFailed."""
        self._supervisor.children.remove(child)
        try:
            code = child.process.wait(within_seconds)
        except subprocess.TimeoutExpired as late:
            child.stop()
            raise ChildFailed(f"{child.name} is not done after {within_seconds:g} s") from late
        if code != 0:
            raise ChildFailed(f"{child.name} ended with {code}:\n{child.last_lines()}")

    def check(self) -> None:
        """Raise ChildFailed when a child has ended by itself."""
        for child in self._supervisor.children:
            if not child.is_running():
                raise ChildFailed(
                    f"{child.name} ended with {child.process.returncode}:\n{child.last_lines()}"
                )

    def start_workers(self) -> None:
        """Start the Celery workers with beat; what is asked of them meanwhile waits in the broker.

        They are stopped cold: every job is a row that the next start takes up, and nobody has to wait.
        """
        beat = self.where.home / "beat"
        beat.mkdir(exist_ok=True)
        count = min(os.cpu_count() or 1, MOST_WORKERS)
        self.in_the_back(
            "workers", "-m", "celery", "-A", "hocba.celery", "worker", "--beat", "--schedule",
            str(beat / "schedule"), "--concurrency", str(count), "--loglevel", "WARNING",
            "--without-gossip", "--without-mingle", stop_signal=signal.SIGQUIT,
        )  # fmt: skip

    def start_receiver(self) -> None:
        """Start the Ministry's receiver: a program of its own with its own database. Raises: ChildFailed."""
        port = urlsplit(self.environment["RECEIVER_URL"]).port or 0
        line = ("-m", "exports.receiver", "serve", "--port", str(port))
        child = self.in_the_back("receiver", *line, environment=OWN_SETTINGS)
        self._supervisor.wait_for_http(child, f"{self.environment['RECEIVER_URL']}/healthz")

    def start_web(self, port: int) -> None:
        """Start the web processes. Raises: ChildFailed."""
        child = self.in_the_back(
            "web", "-m", "gunicorn", "--config", "python:hocba.serving.config", "--workers", "2",
            "--bind", f"127.0.0.1:{port}", "--log-level", "warning", "hocba.wsgi:application",
        )  # fmt: skip
        self._supervisor.wait_for_http(child, f"http://127.0.0.1:{port}/healthz")

    def prepare(self) -> None:
        """Migrate both databases at once, and make the receiver's accounts. Raises: ChildFailed."""
        both = [
            self.in_the_back("migrate", "manage.py", "migrate", "--verbosity", "0"),
            self.in_the_back("receiver-migrate", "-m", "hocba.demo", "receiver"),
        ]
        for child in both:
            self.finished(child)


@contextmanager
def running(where: Places, *, port: int) -> Iterator[Demo]:
    """Start what the demo needs below the web; all of it stops when the block is left.

    `port`: where the web is or will be, for the addresses in QR codes. Raises: homes.AlreadyRunning,
    ChildFailed, roles.MayNotMakeRoles.
    """
    with ExitStack() as stack:
        addresses = stack.enter_context(servers.running(where.home))
        supervisor = stack.enter_context(Supervisor(where.home / "logs"))
        where.papers.mkdir(parents=True, exist_ok=True)
        (where.home / "static").mkdir(exist_ok=True)
        ring = KeyRing.ensure(where.keys)
        ring.write_trust(where.trust)
        environment = {
            **addresses.environment(),
            **settings_for(where, ring, port),
            **start_helpers(supervisor, ring),
            **receiver_settings(where, addresses),
        }
        running_file = where.home / RUNNING
        write_private(running_file, json.dumps(environment).encode())
        stack.callback(running_file.unlink, missing_ok=True)
        yield Demo(where, supervisor, environment)


@contextmanager
def databases(where: Places) -> Iterator[dict[str, str]]:
    """Start only the demo's database servers; give the environment that names them."""
    with servers.running(where.home) as addresses:
        yield addresses.environment()


def settings_for(where: Places, ring: KeyRing, port: int) -> dict[str, str]:
    """Return what the registry's settings read, but for the addresses of servers."""
    return {
        "HOCBA_ENVIRONMENT": "demo",
        "HOCBA_SECRET_KEY": homes.secret(where.home, "django") + homes.secret(where.home, "django-2"),
        "HOCBA_PUBLIC_ADDRESS": f"http://localhost:{port}",
        "HOCBA_BLOBS": str(where.home / "blobs"),
        "HOCBA_TRUST": str(where.trust),
        "HOCBA_STATIC": str(where.home / "static"),
        "HOCBA_LOG_LEVEL": "WARNING",
        "HOCBA_DEMO_HOME": str(where.home),
        "HOCBA_DEMO_PAPERS": str(where.papers),
        "LOG_ORIGIN": LOG_ORIGIN,
        "LOG_KEY_FILE": str(ring.log_key_file),
        "OPERATOR_CREDENTIAL": ring.operator_credential,
        "OPERATOR_PIN_FILE": str(ring.operator_pin_file),
        "KEY_AGENT_DIR": str(ring.agent_directory),
        "PYTHONUTF8": "1",
    }


def start_helpers(supervisor: Supervisor, ring: KeyRing, *, faults: bool = False) -> dict[str, str]:
    """Start the specimen PKI and the key agent; return where they answer.

    `faults`: the PKI's services may be told to fail. Raises: ChildFailed.
    """
    own_port = urlsplit(ring.pki.base_url).port or 0
    # One that is struck and comes back must not find another demo's PKI in its place.
    pki_port = free_port() if faults or listens(own_port) else own_port
    agent_port = free_port()
    pki_url = f"http://127.0.0.1:{pki_port}"
    line = _module("signing.specimen.server", ring.pki.directory, pki_port)
    pki = supervisor.start("pki", [*line, "--faults"] if faults else line)
    agent = supervisor.start("agent", _module("signing.agent", ring.agent_directory, agent_port))
    supervisor.wait_for_http(pki, f"{pki_url}/healthz")
    supervisor.wait_for_port(agent, agent_port)
    routes = {} if pki_url == ring.pki.base_url else {ring.pki.base_url: pki_url}
    return {
        "KEY_AGENT_URL": f"http://127.0.0.1:{agent_port}",
        "TSA_URLS": ",".join(ring.pki.timestamp_urls),
        "PKI_ROUTES": json.dumps(routes),
    }


def _module(name: str, directory: Path, port: int) -> list[str]:
    return [sys.executable, "-m", name, "--directory", str(directory), "--port", str(port)]


def receiver_settings(where: Places, addresses: servers.Addresses) -> dict[str, str]:
    """Make the receiver's database and account; return what it and its callers read."""
    secret = where.keys / "ministry.secret"
    write_private(secret, homes.secret(where.home, "ministry").encode())
    return {
        "RECEIVER_URL": f"http://127.0.0.1:{free_port()}",
        "RECEIVER_DATABASE_URL": addresses.further_database(RECEIVER_DATABASE),
        "RECEIVER_SECRET_KEY": homes.secret(where.home, "receiver"),
        "RECEIVER_DESK_SECRET": DESK_SECRET,
        "RECEIVER_BLOB_DIR": str(where.home / "receiver-blobs"),
        "TRUST_DIR": str(where.trust),
        "MINISTRY_USER": MINISTRY_USER,
        "MINISTRY_SECRET_FILE": str(secret),
    }


def environment_of_running(where: Places) -> dict[str, str] | None:
    """Return the environment of the demo that runs on this machine, or None when none does."""
    file = where.home / RUNNING
    if not file.exists() or not homes.is_in_use(where.home):
        return None
    found: dict[str, str] = json.loads(file.read_text("utf-8"))
    return found
