"""What a witness remembers: one small JSON file, replaced whole and flushed before an answer goes out."""

from __future__ import annotations

import json
import os
from pathlib import Path

from signing.witness.judgement import Seen


class MemoryLost(Exception):
    """The file is there but cannot be understood: the witness must not go on as if it had seen nothing."""


class Memory:
    """The last checkpoint of each origin."""

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        self._seen = self._read()

    def _read(self) -> dict[str, Seen]:
        try:
            rows = json.loads(self.path.read_text("utf-8"))
            return {
                origin: Seen(int(row["size"]), bytes.fromhex(row["root"])) for origin, row in rows.items()
            }
        except FileNotFoundError:
            return {}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise MemoryLost(str(self.path)) from error

    def of(self, origin: str) -> Seen:
        """Return the last checkpoint seen of an origin; the empty tree when none was."""
        return self._seen.get(origin, Seen())

    def remember(self, origin: str, seen: Seen) -> None:
        """Write the new state to disk and only then hold it. Raises: OSError; nothing has changed then."""
        after = {**self._seen, origin: seen}
        rows = {name: {"size": item.size, "root": item.root.hex()} for name, item in sorted(after.items())}
        draft = self.path.with_name(self.path.name + ".draft")
        with open(draft, "w", encoding="utf-8") as file:
            json.dump(rows, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, self.path)
        directory = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
        self._seen = after
