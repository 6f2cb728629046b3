"""The two database roles: the owner migrates, the application reads and writes what it is granted.

The application role owns nothing, is no superuser and cannot pass row-level security by.
"""

import hashlib
import hmac
from typing import LiteralString
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

OWNER, APPLICATION = "hocba_owner", "hocba_app"
ADVISORY_KEY = 0x686F636261  # "hocba"


class MayNotMakeRoles(RuntimeError):
    """The role in the given address may not make the other one; the message says what to do."""


def with_user(url: str, user: str, password: str) -> str:
    """Return the address with another role."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(user)}:{quote(password, safe='')}@{place}"))


def with_database(url: str, name: str) -> str:
    """Return the address with another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def provision(superuser_url: str, database: str, passwords: dict[str, str]) -> None:
    """Make both roles and the owner's database in our own cluster, where they are missing; idempotent."""
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_KEY])
        make_role(connection, OWNER, passwords[OWNER], "CREATEDB NOSUPERUSER")
        make_role(
            connection, APPLICATION, passwords[APPLICATION], "NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE"
        )
        # Tests flush append-only tables past their triggers; only the owner may.
        connection.execute(f"GRANT SET ON PARAMETER session_replication_role TO {OWNER}")
        make_database(connection, database, OWNER)


def make_role(connection: psycopg.Connection, name: str, password: str, attributes: LiteralString) -> None:
    """Make a login role, or set the attributes and password of the one that is there."""
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
    connection.execute(
        sql.SQL("{verb} ROLE {name} LOGIN {attributes} PASSWORD {password}").format(
            verb=sql.SQL("ALTER" if known else "CREATE"),
            name=sql.Identifier(name),
            attributes=sql.SQL(attributes),
            password=sql.Literal(password),
        )
    )


def make_database(connection: psycopg.Connection, name: str, owner: str) -> None:
    """Make a database of that owner, if it is missing."""
    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'").format(
                sql.Identifier(name), sql.Identifier(owner)
            )
        )


def complete(application_url: str | None, owner_url: str | None) -> tuple[str, str]:
    """Return (application, owner) for the addresses given by the environment, making the missing role.

    With one address only, its role becomes the owner and makes `hocba_app`; that role's password follows from
    the owner's, so that every start finds the same. Raises: MayNotMakeRoles.
    """
    if application_url and owner_url:
        return application_url, owner_url
    owner = application_url or owner_url
    assert owner is not None
    secret = unquote(urlsplit(owner).password or "")
    password = hmac.new(secret.encode(), b"hocba application role", hashlib.sha256).hexdigest()
    with psycopg.connect(owner, autocommit=True) as connection:
        if not _may_make_roles(connection):
            raise MayNotMakeRoles(
                "The role in DATABASE_URL may not make the second database role; "
                "set DATABASE_URL (application) and DATABASE_OWNER_URL (owner); docs/deployment.md says how."
            )
        connection.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_KEY])
        make_role(connection, APPLICATION, password, "NOCREATEDB NOCREATEROLE")
    return with_user(owner, APPLICATION, password), owner


def _may_make_roles(connection: psycopg.Connection) -> bool:
    row = connection.execute(
        "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    return bool(row and row[0])
