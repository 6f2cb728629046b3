"""Bedrock: errors, canonical bytes, the clock, names, blobs. Imports no app and no Django."""
