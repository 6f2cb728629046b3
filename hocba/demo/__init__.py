"""The demo: one class goes the whole way."""
