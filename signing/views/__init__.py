"""Pages of signing: translate in, one call, translate out."""
