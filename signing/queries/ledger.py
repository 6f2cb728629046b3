"""The public side of the transparency log and of the trust directory: files that anybody may fetch."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from hocba.kernel.errors import NotFound
from signing.models import Checkpoint, LogLeaf, PinnedProof

LEAVES_A_PAGE = 500
_PUBLIC_FILE = re.compile(r"[a-z0-9][a-z0-9-]{0,60}\.(pem|json)\Z", re.ASCII)


def checkpoint() -> str:
    """Return the newest signed checkpoint. Raises: NotFound, while the log is empty."""
    newest = Checkpoint.objects.order_by("-size").first()
    if newest is None:
        raise NotFound(_("Sổ công khai chưa có mục nào."))
    return newest.note


def leaves(start: int) -> list[bytes]:
    """Return the entries from an index on, at most LEAVES_A_PAGE: only those a checkpoint covers."""
    newest = Checkpoint.objects.order_by("-size").first()
    if newest is None:
        return []
    end = min(newest.size, start + LEAVES_A_PAGE)
    rows = LogLeaf.objects.filter(index__gte=start, index__lt=end).order_by("index")
    return [bytes(one) for one in rows.values_list("entry", flat=True)]


def proof(index: int) -> str:
    """Return the pinned proof of one issued leaf. Raises: NotFound."""
    row = PinnedProof.objects.filter(leaf_id=index).first()
    if row is None:
        raise NotFound(_("Chưa có bằng chứng cho mục này."))
    return row.proof


def trust_file(name: str) -> bytes:
    """Return one public file of the trust directory. Raises: NotFound."""
    path = Path(settings.TRUST_DIR) / name
    if not _PUBLIC_FILE.match(name) or not path.is_file():
        raise NotFound(_("Không có tệp này."))
    return path.read_bytes()


def trust_files() -> list[str]:
    """Return the names of the public files."""
    directory = Path(settings.TRUST_DIR)
    if not directory.is_dir():
        return []
    return sorted(one.name for one in directory.iterdir() if _PUBLIC_FILE.match(one.name))
