"""A witness of the log: a small program of its own, run by somebody else (a department, a university).

It keeps the last checkpoint it cosigned, and cosigns a new one only when that one continues the old. Needs
only the standard library, `cryptography` and `signing.log`; C2SP tlog-witness.
"""
