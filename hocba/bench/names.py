"""What can be measured, by name, and how often unless asked otherwise; the command knows it without an app."""

SAMPLES = {
    "sealing": 24,
    "scaling": 16,
    "verify": 24,
    "assess": 24,
    "lookups": 400,
    "memory": 60,
    "pages": 30,
    "grid": 200,
}
"""All of them together take about eight minutes on two cores; `memory` says something from 2,000 on."""

NAMES = tuple(SAMPLES)
