"""Raw signatures: what a key returns for a digest, before it stands in any container."""

from __future__ import annotations

from hocba.kernel.errors import Invalid


class WrongSignature(Invalid):
    """What the key returned does not verify under the certificate; nothing was written."""

    code = "wrong-signature"
