"""The PDF of a transcript: drawn from the sealed XML, compared, sealed, verified.

`draw` needs WeasyPrint and pango; nothing else here does, so that verification works on any machine.
"""
