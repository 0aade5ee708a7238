#!/bin/sh
# Runs once, on a fresh volume: the three users of the control plane. None is a superuser; only the owner may create.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
  --set database="$POSTGRES_DB" \
  --set owner="$DATABASE_OWNER_PASSWORD" \
  --set service="$DATABASE_SERVICE_PASSWORD" \
  --set api="$DATABASE_API_PASSWORD" <<'SQL'
CREATE ROLE cogni_owner LOGIN PASSWORD :'owner';
CREATE ROLE cogni_service LOGIN PASSWORD :'service';
CREATE ROLE cogni_api LOGIN PASSWORD :'api';
ALTER DATABASE :"database" OWNER TO cogni_owner;
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO cogni_service, cogni_api;
SQL
