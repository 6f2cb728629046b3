"""Kills every process of the registry at random while transcripts are issued, and judges what is left.

Wiring above all apps: nobody imports it. People act over HTTP, workers work, the killer kills; what came of
it is read from the tables, the files and the receiver, not from what the actions said (docs/benchmarks.md).
"""
