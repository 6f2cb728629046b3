"""Bodies that no browser sends: other content types, broken multipart, broken encodings, too many of everything."""

from __future__ import annotations

import json
from collections.abc import Iterator

from django.conf import settings

from tests.doors import judge, values
from tests.doors.found import Form
from tests.doors.ground import Ground
from tests.doors.sending import URLENCODED, stranger_address, taken_back, usual

BOUNDARY = "hb7boundary"


def part(name: str, value: bytes, more: str = "") -> bytes:
    """Return one part of a multipart body."""
    return (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode()
        + value
        + b"\r\n"
    )


def bodies(form: Form) -> Iterator[tuple[str, str, bytes]]:
    """Yield (what it is, content type, body) for a form."""
    sent = usual(form)
    names = list(sent) or ["a"]
    multipart, end = f"multipart/form-data; boundary={BOUNDARY}", f"--{BOUNDARY}--\r\n".encode()
    whole = b"".join(part(name, value.encode()) for name, value in sent.items())
    plain = "&".join(f"{name}={value}" for name, value in sent.items()).encode()
    yield "nothing", URLENCODED, b""
    yield "json", "application/json", json.dumps(sent).encode()
    yield "deep json", "application/json", b"[" * 50_000
    yield "xml", "text/xml", b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>'
    yield "no such type", "x/y; charset=no-such", plain
    yield "utf-16", f"{URLENCODED}; charset=utf-16", plain
    yield "utf-7", f"{URLENCODED}; charset=utf-7", b"reason=+ADw-x-hb7+AD4-"
    yield "rot13", f"{URLENCODED}; charset=rot13", plain
    yield "broken percents", URLENCODED, b"&".join(name.encode() + b"=%zz%4%%u0041" for name in names)
    yield "broken utf-8", URLENCODED, b"&".join(name.encode() + b"=%ff%c0%af%ed%a0%80" for name in names)
    yield "nul in names", URLENCODED, b"&".join(name.encode() + b"%00=1" for name in names)
    yield "array keys", URLENCODED, b"&".join(f"{n}[]=1&{n}[0]=2&{n}[a][b]=3".encode() for n in names)
    yield (
        "each thrice",
        URLENCODED,
        plain + b"&" + plain + b"&" + b"&".join(f"{n}={values.MARK}".encode() for n in names),
    )
    yield "too many fields", URLENCODED, b"a=1&" * (settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)
    yield "one long name", URLENCODED, b"a" * 100_000 + b"=1"
    yield "multipart without boundary", "multipart/form-data", whole + end
    yield "multipart with another", "multipart/form-data; boundary=other", whole + end
    yield "multipart with odd boundary", 'multipart/form-data; boundary="\xff\x00"', whole + end
    yield "multipart cut off", multipart, whole[: len(whole) // 2]
    yield "multipart without end", multipart, whole
    yield "many parts", multipart, part("a", b"1") * 5000 + end
    yield "many files", multipart, part("files", b"1", '; filename="a.xml"') * 150 + end
    yield "file in place of text", multipart, b"".join(part(n, b"x", '; filename="a"') for n in names) + end
    yield "long head of a part", multipart, part("a", b"1", "; x=" + "y" * 20_000) + end
    yield (
        "base64 that is none",
        multipart,
        part("files", b"%%%%", '; filename="a"\r\nContent-Transfer-Encoding: base64') + end,
    )
    yield "file without name", multipart, part("files", b"1", '; filename=""') + end
    yield "nul in file name", multipart, part("files", b"1", '; filename="a\x00.xml"') + end
    yield "path as file name", multipart, part("files", b"1", '; filename="../../etc/passwd"') + end


REFUSED_WHOLE = ("too many fields", "many parts", "many files")


def try_bodies(ground: Ground, who: str, form: Form) -> tuple[list[str], int]:
    """Send a form every body; return what is wrong with the answers, and how many were sent."""
    problems: list[str] = []
    count = 0
    client = ground.client(who)
    reads = any(one.name != "csrfmiddlewaretoken" for one in form.fields)
    for name, kind, body in bodies(form):
        count += 1
        with taken_back(client):
            answer = client.generic(
                "POST", form.action, body, content_type=kind, REMOTE_ADDR=stranger_address()
            )
            faults = list(judge.faults(answer))
        if reads and name in REFUSED_WHOLE and answer.status_code not in (413, 403):
            faults.append(f"answered {answer.status_code}")
        problems += [f"{who} {form.action} <- {name}: {what}" for what in faults]
    return problems, count
