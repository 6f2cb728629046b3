"""What holds the house together: who imports whom, style, types, migrations, sizes, what may not appear."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("hocba", "schools", "records", "signing", "exports")
STAIRCASE = ("schools", "records", "signing", "exports")
LONGEST_FILE = 400
LONGEST_FUNCTION = 40
SETTINGS = ROOT / "hocba" / "settings.py"


def tool(*line: str) -> subprocess.CompletedProcess[str]:
    """Run a development tool of this environment in the checkout."""
    receiver = {"RECEIVER_SECRET_KEY": "for-the-type-checker", "RECEIVER_DATABASE_URL": "postgresql:///none"}
    environment = os.environ | receiver | {"PYTHONPATH": str(ROOT), "NO_COLOR": "1", "COLUMNS": "120"}
    command = [str(Path(sys.executable).with_name(line[0])), *line[1:]]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def sources() -> list[Path]:
    """Return every Python file of the product, without migrations."""
    found = [path for name in PACKAGES for path in (ROOT / name).rglob("*.py")]
    return sorted(path for path in found if "migrations" not in path.parts)


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield the functions of a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the lines of a function without its docstring."""
    body = function.body
    told = isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
    docstring = body[0].end_lineno - body[0].lineno + 1 if told and body[0].end_lineno else 0
    return (function.end_lineno or function.lineno) - function.lineno + 1 - docstring


def test_imports_go_down_the_stairs() -> None:
    done = tool("lint-imports", "--no-cache", "--no-logo")

    assert done.returncode == 0, done.stdout


def test_the_stairs_would_be_noticed_broken(tmp_path: Path) -> None:
    """A planted upward import in a copy is reported under its contract, so the check above bites."""
    for name in PACKAGES:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
    for name in ("kernel", "bootstrap"):
        (tmp_path / "hocba" / name).mkdir()
        (tmp_path / "hocba" / name / "__init__.py").touch()
    (tmp_path / "schools" / "models.py").write_text("import exports\n")
    config = (ROOT / ".importlinter").read_text(encoding="utf-8")
    head = config.split("[importlinter:contract:")[0]
    staircase = config.split("[importlinter:contract:apps]")[1].split("[importlinter:contract:")[0]
    (tmp_path / ".importlinter").write_text(f"{head}[importlinter:contract:apps]{staircase}")

    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    assert done.returncode == 1, done.stdout
    assert "schools is not allowed to import exports" in done.stdout


def test_foreign_keys_go_down_the_stairs() -> None:
    upward = [
        f"{model.__name__}.{field.name} → {field.related_model.__name__}"
        for app in STAIRCASE
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and isinstance(field.related_model, type)
        if field.related_model._meta.app_label in STAIRCASE
        if STAIRCASE.index(field.related_model._meta.app_label) > STAIRCASE.index(app)
    ]

    assert upward == []


def test_style() -> None:
    done = tool("ruff", "check", "--output-format=concise", ".")

    assert done.returncode == 0, done.stdout


def test_format() -> None:
    done = tool("ruff", "format", "--check", ".")

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "arguments",
    [(), ("--config-file=tests/mypy-receiver.ini", "--cache-dir=.mypy_cache/receiver")],
    ids=["registry", "receiver"],
)
def test_types(arguments: tuple[str, ...]) -> None:
    done = tool("mypy", *arguments)

    assert done.returncode == 0, done.stdout


def test_every_model_change_has_its_migration() -> None:
    """In a process of its own: tests of the receiver load that program's models into this one."""
    done = tool("python", "manage.py", "makemigrations", "--check", "--dry-run")

    assert done.returncode == 0, done.stdout + done.stderr


def test_files_are_short() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for path in sources()
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    }

    assert long == {}


def test_functions_are_short() -> None:
    long = {
        f"{path.relative_to(ROOT)}:{function.lineno} {function.name}": length(function)
        for path in sources()
        for function in functions(path)
        if length(function) > LONGEST_FUNCTION
    }

    assert long == {}


def test_no_module_is_a_drawer() -> None:
    drawers = {"utils", "helpers", "common", "misc", "manager", "service", "util", "helper"}

    assert [str(path) for path in sources() if path.stem in drawers] == []


def test_marks_are_never_floats() -> None:
    law = [path for path in sources() if (ROOT / "records" / "rules") in path.parents]
    naming = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in law
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Name) and node.id == "float")
        or (isinstance(node, ast.Constant) and isinstance(node.value, float))
    ]

    assert law
    assert naming == []


def test_the_lock_names_no_host_and_hashes_everything() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = re.findall(r"^[A-Za-z0-9].*$", lock, flags=re.MULTILINE)

    assert not re.search(r"://|index-url|find-links|@\s", lock)
    assert len(entries) > 50
    assert [entry for entry in entries if not re.match(r"[\w.-]+==[\w.!+-]+ (; .+ )?\\$", entry)] == []
    assert lock.count("--hash=sha256:") >= len(entries)


def test_every_dependency_says_why() -> None:
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    named = [line for line in lines if re.match(r'  "[a-z][\w.-]*(\[[\w,-]+\])?[<>=~]=', line)]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

    assert len(named) == len(project["project"]["dependencies"]) + len(project["dependency-groups"]["dev"])
    assert [
        line for line in named if "# " not in line and "-stubs" not in line and "types-" not in line
    ] == []


def test_broad_excepts_stand_at_the_translators_and_say_why() -> None:
    """A page or a job answers whatever happens, a verifier whatever bytes it is given; nobody else."""
    allowed = re.compile(
        r"^hocba/web\.py$|/tasks\.py$|^exports/receiver/worker\.py$|^signing/seal/|^hocba/demo/|^hocba/fuzz/worker\.py$"
    )
    wrong = []
    for path in sources():
        lines = path.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines, start=1):
            if re.match(r"\s*except( (Exception|BaseException)\b.*)?:", line):
                place = f"{path.relative_to(ROOT)}:{number}"
                explained = "#" in line or path.name == "web.py"
                if not (allowed.search(place.partition(":")[0]) and explained):
                    wrong.append(place)

    assert wrong == []
