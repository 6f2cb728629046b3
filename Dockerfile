# The registry in a container: web, worker, beat and the receiver run from this one image.
# It was written and linted without an engine at hand: not built in this project's own checks. Say so if it fails.
FROM python:3.11-slim-bookworm AS packages

COPY requirements.lock /tmp/requirements.lock
RUN python -m venv /opt/hocba \
 && /opt/hocba/bin/pip install --no-cache-dir --require-hashes -r /tmp/requirements.lock

FROM python:3.11-slim-bookworm

RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-liberation2 fonts-dejavu-core \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /srv/hocba hocba \
 && mkdir -p /srv/hocba /var/lib/hocba \
 && chown hocba /var/lib/hocba

COPY --from=packages /opt/hocba /opt/hocba
COPY . /srv/hocba
WORKDIR /srv/hocba

ENV PATH=/opt/hocba/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOCBA_VAR=/var/lib/hocba \
    HOCBA_STATIC=/srv/static
RUN python manage.py messages --compile && HOCBA_ENVIRONMENT=production python manage.py collectstatic --noinput --skip-checks
USER hocba
EXPOSE 8000
CMD ["gunicorn", "hocba.wsgi", "--bind", "0.0.0.0:8000", "--workers", "3", "--max-requests", "5000", "--max-requests-jitter", "500"]
