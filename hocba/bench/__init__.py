"""Measures what the registry costs, each figure beside a baseline of the same run (docs/benchmarks.md).

Wiring above all apps: nobody imports it, it changes nothing that it measures but to look at the clock.
"""
