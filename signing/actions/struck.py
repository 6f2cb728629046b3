"""What is issued and fails after all: a signer's certificate was ended from a moment before it signed.

The files say so to whoever verifies them with today's register; the code and the QR square have to say the same. It
is computed here once, when the register changes backwards, so that each reading of a code stays one look at one row.
"""

from __future__ import annotations

from typing import Final

from django.db import connection

from schools import scopes
from signing.models import Authority

_SAY_AGAIN: Final = """
    WITH signed AS (
        SELECT made.version_id, made.certificate_id, made.role,
            CASE WHEN made.role = 'KY_PHAT_HANH' THEN made.signed_at ELSE made.stamped_at END AS at
        FROM signing_signature made
        WHERE made.school_path = %(path)s AND made.version_id IN (
            SELECT version_id FROM signing_signature
            WHERE school_path = %(path)s AND certificate_id = %(certificate)s AND role = %(role)s
        )
    ), said AS (
        SELECT signed.version_id, max(since.ended) AS since
        FROM signed LEFT JOIN LATERAL (
            SELECT max(entry.to_at) FILTER (WHERE entry.to_at <= signed.at) AS ended FROM signing_authority entry
            WHERE entry.school_id = %(school)s AND entry.certificate_id = signed.certificate_id
              AND entry.role = signed.role AND entry.state IN ('APPROVED', 'ENDED')
            HAVING max(entry.to_at) FILTER (WHERE entry.to_at <= signed.at) IS NOT NULL
               AND NOT bool_or(entry.from_at <= signed.at AND COALESCE(entry.to_at > signed.at, true))
        ) since ON true
        GROUP BY signed.version_id
    )
    UPDATE records_lookupentry code SET signer_ended_at = said.since
    FROM said WHERE code.version_id = said.version_id AND code.signer_ended_at IS DISTINCT FROM said.since
"""


def say_again(authority: Authority) -> int:
    """Let the codes of all that an entry signed say what the files' verdict says now; return how many changed.

    For whoever has just changed the register backwards, in the same transaction. A seal counts by the time of its
    record, as in `certificates.signed_from`, so that what a person was told is what is said.
    """
    of_entry: dict[str, str | int] = {
        "path": authority.school.path,
        "school": authority.school_id,
        "certificate": authority.certificate_id,
        "role": authority.role,
    }
    with scopes.system(authority.school.path), connection.cursor() as cursor:
        cursor.execute(_SAY_AGAIN, of_entry)
        return cursor.rowcount
