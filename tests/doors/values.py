"""What a hostile, hurried or broken program types: every value has a name, and a marker where it is text."""

from __future__ import annotations

MARK = "hb7"
"""In every text of ours, so that it is found again wherever it comes back."""
ELEMENT = "x-hb7"
ATTRIBUTE = "onhb7"
ARITHMETIC = ("{{", 7 * 191 * 3)


def _raw(point: str) -> bytes:
    return f"a{MARK}{point}b".encode("utf-8", "surrogatepass")


TEXTS: dict[str, str | bytes] = {
    "nul": _raw("\x00"),
    "c0": _raw("\x01\x08\x0b\x1f"),
    "escape": _raw("\x1b[31m"),
    "delete": _raw("\x7f"),
    "c1": _raw("\x85\x9b"),
    "half a pair": _raw("\ud800"),
    "two wrong halves": _raw("\udc00\ud800"),
    "not utf-8": b"a" + MARK.encode() + b"\xff\xfe\xc0\xafb",
    "right to left": f"{MARK} \u202egnp.exe",
    "marks of direction": f"{MARK}\u200f\u200e\u061c",
    "isolates": f"{MARK}\u2066x\u2069",
    "zero width": f"{MARK}\u200b\u200c\u200d\u2060x",
    "byte order mark": f"\ufeff{MARK}",
    "line separators": f"{MARK}\u2028x\u2029y",
    "homoglyphs": f"{MARK} Nguуễn Vаn Аn",
    "nfd": f"{MARK} Nguye\u0302\u0303n A\u0301nh",
    "hebrew": f"{MARK} שלום",
    "han": f"{MARK} 中文",
    "emoji": f"{MARK} 👩‍🏫💯❤️",
    "astral": f"{MARK} 𝐀𝒷\U0010ffff",
    "private use": f"{MARK}\ue000\ufdd0\uffff",
    "stacked marks": f"{MARK} T" + "\u0301\u0316\u0347" * 20,
    "sql quote": f"{MARK}'; DROP TABLE schools_pupil; --",
    "sql or": f"{MARK}' OR '1'='1",
    "sql wildcards": f"%{MARK}_\\",
    "sql parameters": f"{MARK} %s %(x)s $1 ?",
    "element": f"{MARK}\"'><{ELEMENT} {ATTRIBUTE}=1>",
    "script": f"{MARK}</textarea></title></select><script>{ATTRIBUTE}()</script><{ELEMENT}>",
    "attribute": f'{MARK}" {ATTRIBUTE}="1" x=\'{ATTRIBUTE}=1',
    "image": f"{MARK}<img src=x {ATTRIBUTE}=1><svg/{ATTRIBUTE}=1>",
    "comment": f"{MARK}--><!--]]><![CDATA[<{ELEMENT}>",
    "entity": f"{MARK}&lt;{ELEMENT}&gt;&#60;{ELEMENT}&#x3e;&amp;amp;",
    "template variable": MARK + "{{7|add:4004}}{{ settings.SECRET_KEY }}",
    "template tag": MARK + "{% debug %}{% load x %}",
    "format": MARK + "{0.__class__}{actor}%(count)s${x}#{x}",
    "header": f"{MARK}\r\nX-Hb7: 1\r\n\r\n<{ELEMENT}>",
    "formula": f"=cmd|'/C calc'!A0{MARK}",
    "formula at": f"@SUM(1+1)*{MARK}",
    "traversal": f"../../../../etc/passwd{MARK}",
    "address": f"javascript:{ATTRIBUTE}()//{MARK}",
    "long": MARK + "ă" * 50_000,
    "long word of html": f"{MARK}" + "<b>" * 1_000,
    "white": " \t\u00a0\u3000\n ",
    "empty": "",
    "lines": f"{MARK}\n\n\n{MARK}",
}

_HARMLESS_IF_WORDS = (
    "sql quote", "sql or", "sql wildcards", "sql parameters", "element", "script", "attribute", "image",
    "comment", "entity", "template variable", "template tag", "format", "formula at", "traversal", "address",
)  # fmt: skip
TEXTS["everything"] = " ".join(str(TEXTS[name]) for name in _HARMLESS_IF_WORDS)[:700]
TEXTS["short attack"] = f"'\"><{ELEMENT}>{{{{7}}}}{MARK}"

NUMBERS: dict[str, str] = {
    "billion": "1e9",
    "beyond float": "1e400",
    "tiny": "1e-400",
    "minus": "-1",
    "minus zero": "-0",
    "nan": "NaN",
    "signalling nan": "sNaN",
    "infinity": "Infinity",
    "minus infinity": "-inf",
    "arabic digits": "٣",
    "wide digits": "９",
    "superscript": "²",
    "comma": ",5",
    "comma end": "5,",
    "two commas": "1,2,3",
    "underscore": "1_0",
    "hex": "0x10",
    "plus": "+7",
    "spaces": " 7 ",
    "int32": "2147483648",
    "int64": "9223372036854775808",
    "huge": "9" * 5000,
    "long fraction": "1." + "3" * 400,
    "zero": "0",
    "true": "true",
}

DAYS: dict[str, str] = {
    "31 february": "31/02/2026",
    "year 0": "01/01/0000",
    "year 1": "01/01/0001",
    "year 10000": "01/01/10000",
    "last day": "31/12/9999",
    "minus year": "01/01/-5",
    "american": "12/31/2016",
    "iso week": "2026-W05-1",
    "instant": "2026-05-28T00:00:00Z",
    "arabic day": "٠١/٠١/٢٠١٦",
}

IDS: dict[str, str] = {
    "bad uuid": "3f2b8c1e-4d5a-4f6b-8a7c-9d0e1f2a3b4",
    "uuid of zeros": "00000000-0000-0000-0000-000000000000",
    "urn": "urn:uuid:3f2b8c1e-4d5a-4f6b-8a7c-9d0e1f2a3b4c",
    "braces": "{3f2b8c1e-4d5a-4f6b-8a7c-9d0e1f2a3b4c}",
    "no such choice": "NO-SUCH-CHOICE",
    "other case": "t",
    "list": "[1,2]",
    "object": '{"a":1}',
    "dotted": "pk__gt",
}

ALL: dict[str, str | bytes] = {**TEXTS, **NUMBERS, **DAYS, **IDS}

AT_THE_GATE = (
    "nul", "half a pair", "not utf-8", "right to left", "everything", "short attack", "header", "long", "white",
    "beyond float", "nan", "arabic digits", "huge", "last day",
)  # fmt: skip
"""In every field on every run: one of each way through our code. The rest, which share their refusal with one of
these (`tests/doors/test_text.py` has them all), in every field by hand (HOCBA_DOORS_EVERY), for they cost minutes."""

CHOICES_AT_THE_GATE = ("nul", "element", "huge", "no such choice")

KEPT = (
    "nfd",
    "zero width",
    "homoglyphs",
    "short attack",
    "template variable",
    "sql parameters",
    "formula",
    "lines",
)
"""What a field for text should take and give back in its one spelling."""

KEPT_AT_THE_GATE = ("nfd", "zero width", "short attack", "lines")

FOR_CHOICES = (
    "nul", "half a pair", "not utf-8", "right to left", "sql quote", "element", "long", "empty", "int64",
    "huge", "minus", "arabic digits", "no such choice", "other case", "bad uuid", "list", "header",
)  # fmt: skip
"""For fields whose answers the page itself lists: a browser sends nothing else, a program sends these."""

ADDRESSES = (
    "nul", "c0", "half a pair", "not utf-8", "right to left", "nfd", "emoji", "sql quote", "sql wildcards",
    "element", "header", "traversal", "template variable", "minus", "arabic digits", "superscript", "int64",
    "huge", "bad uuid", "uuid of zeros", "31 february", "year 0", "year 10000", "last day", "empty",
    "long word of html", "nan",
)  # fmt: skip
"""In a piece of the path, and in every parameter that a view reads from the query."""


ADDRESSES_AT_THE_GATE = (
    "nul", "half a pair", "right to left", "sql quote", "element", "header", "traversal", "huge", "int64",
    "superscript", "bad uuid", "last day", "empty",
)  # fmt: skip


def encoded(value: str | bytes) -> bytes:
    """Return the bytes a program sends for a value."""
    return value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")
