"""The look: tokens, templates, and the components page in a real browser."""
