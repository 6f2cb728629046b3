"""The receiver: a program of its own, a Sở's gate or the Ministry's warehouse, and the vendors' test."""
