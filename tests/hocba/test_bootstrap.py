"""The launcher: packages, native needs, servers, and children that never outlive their parent."""

import os
import select
import signal
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from hocba.bootstrap import clean, environment, homes, native, places, roles, servers, supervise
from hocba.bootstrap.supervise import ChildFailed, Supervisor

SLEEPER = [sys.executable, "-c", "import signal; signal.pause()"]


def ends(pid: int) -> bool:
    """Wait for the end of a process that is not our child and say whether it came within 20 seconds."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], 20)[0])
    finally:
        os.close(handle)


# --- Packages and native needs


def test_nothing_is_missing_here() -> None:
    assert environment.missing(with_development=True) == []


def test_an_environment_that_has_the_packages_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "VENV", Path("/nowhere"))
    monkeypatch.setattr(environment, "make", lambda: pytest.fail("it installed something"))

    environment.ensure("demo", [])


def test_a_stale_stamp_asks_for_the_new_lock(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(environment, "STAMP", tmp_path / "stamp")
    (tmp_path / "stamp").write_text("another lock")

    assert not environment.is_complete("demo", stamped=True)
    assert environment.is_complete("demo", stamped=False)


def test_the_bootstrap_needs_only_the_standard_library() -> None:
    code = "from hocba.bootstrap import clean, door, environment, homes, native, places; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(places.ROOT)!r}); {code}"],
        capture_output=True,
        text=True,
        check=True,
    )
    ours = {"hocba"}
    loaded = {name.partition(".")[0] for name in done.stdout.split()}

    assert {
        name for name in loaded - ours if name not in sys.stdlib_module_names and name != "__main__"
    } == set()


@pytest.mark.parametrize("command", ["verify", "assess", "migrate", "help"])
def test_a_command_without_drawing_needs_nothing_native(
    command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(native.ctypes.util, "find_library", lambda name: None)

    native.ensure(command)


def test_who_may_not_install_reads_one_line_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "is_root", lambda: False)
    monkeypatch.setattr(native.ctypes.util, "find_library", lambda name: None)

    with pytest.raises(SystemExit) as refused:
        native.ensure("demo")

    assert str(refused.value) == (
        "`demo` needs libpango-1.0-0, libpangoft2-1.0-0, libharfbuzz-subset0; type: sudo apt-get update && "
        "sudo apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
    )


def test_the_old_liberation_font_does_not_count() -> None:
    fonts = [path for top in native.FONT_DIRECTORIES for path in top.rglob("LiberationSerif-Regular.ttf")]

    assert max(map(native.font_revision, fonts)) >= 2.0


# --- Servers


@pytest.fixture
def no_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment that names no server, as on a bare machine."""
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"):
        monkeypatch.delenv(name)


@pytest.fixture
def home() -> Iterator[Path]:
    """A data directory that the servers' user can reach; pytest's own temporary directories are private."""
    with tempfile.TemporaryDirectory(prefix="hocba-home-") as top:
        Path(top).chmod(0o755)
        yield Path(top)


@pytest.mark.usefixtures("no_servers")
def test_own_servers_keep_their_data_and_stop(home: Path) -> None:
    with servers.running(home) as first:
        with psycopg.connect(first.database_owner_url) as owner:
            owner.execute("CREATE TABLE kept AS SELECT 27 AS grade")
        with (
            psycopg.connect(first.database_url) as application,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            application.execute("SELECT * FROM kept")
        with redis.Redis.from_url(first.redis_url) as broker:
            assert broker.ping() is True
        with pytest.raises(homes.AlreadyRunning, match="already runs"), servers.running(home):
            pass
        assert homes.is_in_use(home)

    assert not homes.is_in_use(home)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(first.database_url)

    with servers.running(home) as second, psycopg.connect(second.database_owner_url) as owner:
        assert owner.execute("SELECT grade FROM kept").fetchone() == (27,)
    assert (home / "secrets.json").stat().st_mode & 0o077 == 0


def test_named_servers_are_used_as_they_are(home: Path) -> None:
    with servers.running(home) as addresses:
        assert addresses.environment() == {name: os.environ[name] for name in addresses.environment()}

    assert not (home / "postgres").exists()


def test_an_owner_alone_makes_the_application_role_again_and_again() -> None:
    """Our own cluster's owner may not make roles, and is told so in one sentence."""
    with pytest.raises(roles.MayNotMakeRoles, match="set DATABASE_URL"):
        roles.complete(None, os.environ["DATABASE_OWNER_URL"])


@pytest.mark.usefixtures("no_servers")
def test_one_powerful_address_is_enough(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with servers.running(home):
        password = homes.secret(home, "postgres")
        port = _port_of(home)
        superuser = f"postgresql://postgres:{password}@127.0.0.1:{port}/hocba"

        first, owner = roles.complete(superuser, None)
        second, _owner = roles.complete(None, superuser)

        assert (first, owner) == (second, superuser)
        with psycopg.connect(first) as application:
            assert application.execute("SELECT current_user").fetchone() == (roles.APPLICATION,)


def _port_of(home: Path) -> int:
    return int((home / "postgres" / "postmaster.pid").read_text(encoding="utf-8").splitlines()[3])


def test_a_further_database_is_made_once() -> None:
    addresses = servers.Addresses(
        os.environ["DATABASE_URL"], os.environ["DATABASE_OWNER_URL"], os.environ["REDIS_URL"]
    )
    name = f"further_{os.getpid()}"

    urls = {addresses.further_database(name), addresses.further_database(name)}

    assert urls == {roles.with_database(os.environ["DATABASE_OWNER_URL"], name)}
    with psycopg.connect(urls.pop()) as connection:
        assert connection.execute("SELECT current_database()").fetchone() == (name,)


# --- Children


def test_children_stop_in_turn_when_the_block_is_left(tmp_path: Path) -> None:
    with Supervisor(tmp_path) as supervisor:
        children = [supervisor.start(name, SLEEPER) for name in ("one", "two")]
        assert all(child.is_running() for child in children)

    assert [child.process.returncode for child in children] == [-signal.SIGTERM, -signal.SIGTERM]


def test_a_child_that_will_not_stop_is_ended_with_its_own_children(tmp_path: Path) -> None:
    stubborn = "import signal, subprocess, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    stubborn += "grandchild = subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()'])\n"
    stubborn += "print(grandchild.pid, flush=True); signal.pause()"
    with Supervisor(tmp_path) as supervisor:
        child = supervisor.start("stubborn", [sys.executable, "-c", stubborn], grace_seconds=0.2)
        supervisor.wait_for(
            child, lambda: child.log.read_text(encoding="utf-8").strip() != "", within_seconds=20
        )
        grandchild = int(child.log.read_text(encoding="utf-8"))

    assert child.process.returncode == -signal.SIGKILL
    assert ends(grandchild)


def test_a_child_that_ends_before_it_is_ready_shows_its_last_words(tmp_path: Path) -> None:
    with Supervisor(tmp_path) as supervisor:
        child = supervisor.start("brief", [sys.executable, "-c", "import sys; sys.exit('no disk left')"])

        with pytest.raises(ChildFailed, match="brief ended with 1:\nno disk left"):
            supervisor.wait_for_port(child, supervise.free_port(), within_seconds=20)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL], ids=lambda one: one.name)
def test_children_go_with_their_parent_however_it_ends(tmp_path: Path, number: signal.Signals) -> None:
    program = textwrap.dedent(f"""
        import signal, sys
        from pathlib import Path
        from hocba.bootstrap.supervise import Supervisor
        signal.signal(signal.SIGINT, signal.default_int_handler)  # whatever the tests were started with
        try:
            with Supervisor(Path({str(tmp_path)!r})) as supervisor:
                print(supervisor.start("child", {SLEEPER!r}).process.pid, flush=True)
                signal.pause()
        except KeyboardInterrupt:
            print("interrupted")
    """)
    parent = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=places.ROOT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())

    parent.send_signal(number)
    rest, _ = parent.communicate(timeout=20)

    assert rest == ("" if number == signal.SIGKILL else "interrupted\n")
    assert ends(child)


# --- Clean


def test_clean_removes_what_was_made_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "ROOT", tmp_path)
    monkeypatch.setattr(places, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(places, "TOOLS", tmp_path / ".tools")
    monkeypatch.setattr(places, "PRIVATE_HOME_REFUGE", tmp_path / "refuge")
    (tmp_path / "tmp" / "hocba-test-killed").mkdir(parents=True)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    for name in ("var/servers/demo", ".venv/bin", ".tools", "hocba/__pycache__", "docs"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "var" / "servers" / "demo" / "lock").touch()

    with homes.held(tmp_path / "var" / "servers" / "demo"):
        assert clean.main([]) == 1
    assert (tmp_path / "var").exists()
    assert clean.main(["--keep-packages"]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [".tools", ".venv", "docs", "hocba", "tmp"]
    assert clean.main([]) == 0
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["docs", "hocba", "tmp"]
