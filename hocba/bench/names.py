"""What can be measured, by name; the command knows it without loading an app."""

NAMES = ("sealing", "verify", "assess")
