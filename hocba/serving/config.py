"""Gunicorn's settings for the web: `gunicorn --config python:hocba.serving.config hocba.wsgi`.

Demo and image start it with this one file; `--bind` and `--workers` may be said on the command line.
"""

from hocba.serving.waiting import MOST_HEAD_LINES, MOST_LINE_BYTES

worker_class = "hocba.serving.worker.PatientWorker"
workers = 3
threads = 4
worker_connections = 400
"""Of each process, below the usual limit of 1,024 open files; who has kept us waiting longest goes first."""
keepalive = 5
timeout = 60
graceful_timeout = 30
limit_request_line = MOST_LINE_BYTES
limit_request_fields = MOST_HEAD_LINES
limit_request_field_size = MOST_LINE_BYTES
max_requests = 5000
max_requests_jitter = 500
control_socket_disable = True
