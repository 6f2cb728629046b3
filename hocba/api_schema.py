"""What the description of the API says of every refusal: one shape, RFC 9457."""

from __future__ import annotations

from typing import Any

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "A refusal (RFC 9457); `code` is stable, `detail` is for people, `number` is to be quoted.",
    "required": ["type", "status", "detail", "code", "number"],
    "properties": {
        "type": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "minLength": 1},
        "code": {"type": "string", "minLength": 1},
        "number": {"type": "string", "minLength": 1},
        "law": {"type": "string"},
        "facts": {"type": "object", "additionalProperties": True},
        "fields": {"type": "object", "additionalProperties": True},
    },
}


def add_problems(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Say at every operation what a refusal looks like; a hook of drf-spectacular, called after its own work."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    answer = {
        "description": "Refused",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for operations in result["paths"].values():
        for operation in operations.values():
            if "responses" in operation:
                operation["responses"]["default"] = answer
    return result
