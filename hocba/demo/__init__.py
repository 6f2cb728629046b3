"""The demo: a fictional province, specimen keys, and one class that goes the whole way.

Wiring above all apps: the only package that may call every app's actions and write rows directly.
"""
