# The registry in a container: web, worker, beat, the receiver and the agent of files run from this one image.
# NOT BUILT HERE: no container engine was at hand. tests/hocba/test_compose.py reads it and docker-compose.yml; nobody
# has built or started them. Say so if it fails.
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
 && mkdir -p /srv/hocba /var/lib/hocba /var/lib/receiver /var/lib/agent \
 && chown hocba /var/lib/hocba /var/lib/receiver /var/lib/agent \
 && chmod 700 /var/lib/agent

COPY --from=packages /opt/hocba /opt/hocba
COPY . /srv/hocba
WORKDIR /srv/hocba

ENV PATH=/opt/hocba/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOCBA_VAR=/var/lib/hocba \
    XDG_CACHE_HOME=/tmp/cache \
    HOCBA_STATIC=/srv/static
RUN python manage.py messages --compile && HOCBA_ENVIRONMENT=production python manage.py collectstatic --noinput --skip-checks
USER hocba
EXPOSE 8000
CMD ["gunicorn", "--config", "python:hocba.serving.config", "--bind", "0.0.0.0:8000", "hocba.wsgi:application"]
