"""Every piece of every address, and every parameter that a view reads, with hostile values."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote_from_bytes

from django.conf import settings

from hocba.bootstrap import places
from schools.http import page_number
from tests.doors import judge, values
from tests.doors.ground import STRANGER, Ground, patterns
from tests.doors.sending import stranger_address, taken_back
from tests.doors.trying import EVERY

NAMES = values.ADDRESSES if EVERY else values.ADDRESSES_AT_THE_GATE
VERBS = ("get", "post", "put", "delete", "options", "head")


def asked_parameters() -> set[str]:
    """Return the names of all parameters that a view of ours takes from the query, read from the source."""
    found = {str(inspect.signature(page_number).parameters["name"].default)}
    for path in Path(places.ROOT).glob("*/**/*.py"):
        if path.parts[-2] not in ("views", "exports", "signing", "schools") or "receiver" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and re.search(r"(GET|asked)\.get$", ast.unparse(node.func)):
                found |= {one.value for one in node.args[:1] if isinstance(one, ast.Constant)}
    return found


def _pieces(pattern: str) -> list[str]:
    return re.findall(r"<[^>]+>", pattern)


def hostile_addresses(ground: Ground) -> Iterator[tuple[str, str]]:
    """Yield each address with one piece exchanged for each value, as the bytes of a request line."""
    for pattern, addresses in ground.addresses().items():
        for piece in _pieces(pattern):
            before, _, after = pattern.partition(piece)
            start = _filled_length(before, addresses[0], pattern)
            rest = re.sub(r"<[^>]+>", "1", after)
            for name in NAMES:
                raw = quote_from_bytes(values.encoded(values.ALL[name])[:3000])
                yield pattern, f"{addresses[0][:start]}{raw}{rest}"


def _filled_length(before: str, address: str, pattern: str) -> int:
    """Return where in a filled address a piece begins: the pieces before it hold no slash."""
    shape = re.sub(r"<[^>]+>", "\x00", "/" + before)
    matched = re.match(re.escape(shape).replace("\x00", "[^/]+?"), address)
    assert matched is not None, (pattern, address)
    return matched.end()


def ask(ground: Ground, who: str, verb: str, address: str) -> Iterator[str]:
    """Send one request and yield what is wrong with its answer."""
    client = ground.client(who)
    with taken_back(client):
        answer = getattr(client, verb)(address, REMOTE_ADDR=stranger_address())
        yield from (f"{who} {verb} {address[:120]}: {what}" for what in judge.faults(answer))


def test_no_piece_of_an_address_and_no_parameter_breaks_a_page(full_ground: Ground, quiet: None) -> None:
    problems: list[str] = []
    count = 0
    for pattern, address in hostile_addresses(full_ground):
        count += 1
        problems += ask(full_ground, _reader(pattern), "get", address)
    parameters = sorted(asked_parameters())
    assert {"diem", "trang", "nam", "q", "ma", "truoc"} <= set(parameters)
    for pattern, addresses in full_ground.addresses().items():
        if pattern.endswith((".css", "zip")):
            continue
        for name in NAMES:
            raw = quote_from_bytes(values.encoded(values.ALL[name])[:3000])
            count += 1
            query = "&".join(f"{parameter}={raw}" for parameter in parameters)
            problems += ask(full_ground, _reader(pattern), "get", f"{addresses[0]}?{query}")
    print(count)  # noqa: T201 - recorded in the report of a run by hand
    assert problems == []


def _reader(pattern: str) -> str:
    if pattern.startswith(("con-em",)):
        return "guardian"
    return "department" if pattern.startswith(("don-vi", "tien-do", "gui-so", "api")) else "principal"


def test_every_verb_at_every_door_has_its_answer(full_ground: Ground, quiet: None) -> None:
    problems: list[str] = []
    refused: dict[str, Any] = {}
    for addresses in full_ground.addresses().values():
        for verb in VERBS:
            for who in ("principal", STRANGER):
                problems += ask(full_ground, who, verb, addresses[0])
        client = full_ground.client("principal")
        with taken_back(client):
            answer = client.put(addresses[0])
        if answer.status_code == 405:
            refused[addresses[0]] = answer
    silent = [
        address for address, answer in refused.items() if b"cannot" in answer.content or not answer.content
    ]

    assert problems == []
    assert silent == []
    assert len(refused) > 30
    assert all(answer["Allow"] for answer in refused.values())


HEADS: dict[str, dict[str, str]] = {
    "what nobody can give": {
        "HTTP_ACCEPT": "a/b;q=nan,*/*;q=9e999,\u0663/x", "HTTP_ACCEPT_LANGUAGE": "vi;q=9e999,x-" + "y" * 3000,
        "HTTP_ACCEPT_ENCODING": "br;q=x,\x00", "HTTP_RANGE": "bytes=9-1,-0,a", "HTTP_EXPECT": "the-moon",
        "HTTP_IF_MODIFIED_SINCE": "Sat, 31 Feb 0000 25:61:61 GMT", "HTTP_IF_NONE_MATCH": '"\xff", W/x, *',
    },
    "what is not there": {
        "CONTENT_TYPE": "multipart/form-data; boundary=\xff", "CONTENT_LENGTH": "-5",
        "HTTP_TRANSFER_ENCODING": "chunked, chunked", "HTTP_CONTENT_ENCODING": "gzip",
        "HTTP_X_HTTP_METHOD_OVERRIDE": "DELETE", "HTTP_HX_REQUEST": "true", "HTTP_HX_CURRENT_URL": "http://[",
    },
    "somebody else": {
        "HTTP_X_FORWARDED_FOR": "' OR 1=1 --, 999.1.1.1, ::%", "HTTP_X_FORWARDED_HOST": "elsewhere.example",
        "HTTP_X_FORWARDED_PROTO": "https,x", "HTTP_REFERER": "http://[", "HTTP_ORIGIN": "null",
        "HTTP_X_REQUEST_ID": f"a\nX-{values.MARK}: 1", "HTTP_USER_AGENT": "\xff\x00" * 500,
    },
    "broken cookies": {
        "HTTP_COOKIE": 'sessionid="\\000' + "x" * 5000 + '"; csrftoken=\xff; django_language=../..; ;=;messages=[[1',
    },
    "another host": {"HTTP_HOST": "elsewhere.example"},
    "no host": {"HTTP_HOST": "[::1\x00/@"},
}  # fmt: skip


def test_no_head_breaks_a_page(full_ground: Ground, quiet: None) -> None:
    problems: list[str] = []
    for pattern, addresses in full_ground.addresses().items():
        client = full_ground.client(_reader(pattern))
        for name, head in HEADS.items():
            with taken_back(client):
                answer = client.get(addresses[0], **({"REMOTE_ADDR": stranger_address()} | head))
                problems += [f"{addresses[0]} <- {name}: {what}" for what in judge.faults(answer)]

    assert problems == []


def test_the_map_is_walked_whole() -> None:
    assert len(patterns()) > 60
    assert settings.ROOT_URLCONF == "hocba.urls"
