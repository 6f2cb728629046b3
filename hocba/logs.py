"""Logs as JSON lines with the number of the request; nothing about a person."""

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime

request_number: ContextVar[str] = ContextVar("request_number", default="")
"""The number of the request that is being answered; people may quote it."""


class JsonLines(logging.Formatter):
    """Formats a record as one JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; an exception is given with its trace but without the values of variables."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request": request_number.get() or None,
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(
            {key: value for key, value in line.items() if value is not None}, ensure_ascii=False
        )
