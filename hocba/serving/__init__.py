"""How the web is served: a gunicorn worker that reads requests to their end before a thread spends time on them."""
