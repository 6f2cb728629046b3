#!/bin/sh
# Runs once, when the container's data directory is made: two roles and a database; the receiver's when it has a password.
set -eu
psql --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname=postgres \
     --set=owner="$HOCBA_OWNER_PASSWORD" --set=app="$HOCBA_APP_PASSWORD" <<'SQL'
CREATE ROLE hocba_owner LOGIN PASSWORD :'owner' NOSUPERUSER;
CREATE ROLE hocba_app LOGIN PASSWORD :'app' NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
CREATE DATABASE hocba OWNER hocba_owner;
REVOKE CONNECT ON DATABASE hocba FROM PUBLIC;
GRANT CONNECT ON DATABASE hocba TO hocba_app;
SQL
if [ -n "${RECEIVER_PASSWORD:-}" ]; then
    psql --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname=postgres \
         --set=receiver="$RECEIVER_PASSWORD" <<'SQL'
CREATE ROLE receiver LOGIN PASSWORD :'receiver' NOSUPERUSER;
CREATE DATABASE receiver OWNER receiver;
REVOKE CONNECT ON DATABASE receiver FROM PUBLIC;
SQL
fi
