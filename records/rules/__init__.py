"""The law of assessment, pure: values in, values out; no Django, no clock, no database, no settings."""
