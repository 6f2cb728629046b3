"""Looks for files that break a reader, or that are believed though they were changed (docs/verification.md).

Wiring above all apps, like `hocba.bench`: nobody imports it. Each execution is a pure function of the seed, the kind
and a number, so whatever is found can be made again.
"""
