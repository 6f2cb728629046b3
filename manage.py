#!/usr/bin/env python3
"""The only door: every command of the project starts here, on a bare machine too.

Standard library only until the project's packages are there; see `hocba/bootstrap/door.py`.
"""

import sys

if sys.version_info < (3, 11):
    sys.exit("hocba needs Python 3.11 or newer; this is Python %d.%d." % sys.version_info[:2])  # noqa: UP031

from hocba.bootstrap import door

if __name__ == "__main__":
    door.enter(sys.argv)
