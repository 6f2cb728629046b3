"""The one way to turn a record into bytes, and bytes into a hash.

Never change an encoding here: signatures, log leaves and hashes already issued depend on it. Write a new
function beside it instead.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata


def canonical_json(value: object) -> bytes:
    """Return the one JSON encoding of `value`: UTF-8, sorted keys, no white space, no float.

    Raises: TypeError, for a float or a value JSON has no word for.
    """
    _refuse_floats(value)
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8")


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        raise TypeError("a float has no canonical form; use a string or a whole number")
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise TypeError("keys are strings")
            _refuse_floats(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_floats(item)


def sha256(data: bytes) -> bytes:
    """Return the 32 bytes of SHA-256 of `data`."""
    return hashlib.sha256(data).digest()


def sha256_hex(data: bytes) -> str:
    """Return SHA-256 of `data` as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def nfc(text: str) -> str:
    """Return `text` in Unicode NFC, as TCVN 6909:2001 asks."""
    return unicodedata.normalize("NFC", text)


def code_salt(data_region: bytes) -> bytes:
    """Return the salt that hides a transcript's look-up code in public lists, 32 bytes.

    `data_region` is the canonical DU_LIEU_HOC_BA: whoever holds the file can find its line in the log and in
    the status list, and whoever holds only the code cannot. The signed region and not the whole file, since
    the rest could be written otherwise, and a withdrawn transcript must not escape its withdrawal so.
    """
    return sha256(b"hocba/code-salt/v1\x00" + data_region)


def code_hash(look_up_code: str, salt: bytes) -> str:
    """Return the public stand-in of a look-up code: SHA-256(code ‖ salt), hexadecimal."""
    return sha256_hex(look_up_code.lower().encode("ascii") + salt)
