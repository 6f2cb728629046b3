#!/bin/sh
# Runs once, when the container's data directory is made: two roles, two databases.
set -eu
psql --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname=postgres \
     --set=owner="$HOCBA_OWNER_PASSWORD" --set=app="$HOCBA_APP_PASSWORD" --set=receiver="$RECEIVER_PASSWORD" <<'SQL'
CREATE ROLE hocba_owner LOGIN PASSWORD :'owner' NOSUPERUSER;
CREATE ROLE hocba_app LOGIN PASSWORD :'app' NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
CREATE ROLE receiver LOGIN PASSWORD :'receiver' NOSUPERUSER;
CREATE DATABASE hocba OWNER hocba_owner;
CREATE DATABASE receiver OWNER receiver;
REVOKE CONNECT ON DATABASE hocba, receiver FROM PUBLIC;
GRANT CONNECT ON DATABASE hocba TO hocba_app;
SQL
