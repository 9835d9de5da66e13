# Sourced by bin/bench and .ci/run: a PostgreSQL cluster of our own, on loopback, in a temporary folder.
# Usage: find_postgres && start_postgres; the address of a database is in $postgres_url. stop_postgres at the end.
postgres_cluster=""

find_postgres() {
  local found
  found="$(ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null | sort -V | tail -1)"
  if [ -z "$found" ]; then found="$(command -v initdb || true)"; fi
  if [ -z "$found" ]; then return 1; fi
  postgres_bin="$(dirname "$found")"
}

# initdb refuses root.
as_postgres() {
  if [ "$(id -u)" -eq 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

# Arguments are settings of the server: start_postgres -c fsync=off
start_postgres() {
  local port
  if [ "$(id -u)" -eq 0 ]; then id postgres >/dev/null 2>&1 || useradd --system postgres; fi
  postgres_cluster="$(mktemp -d)"
  chmod 755 "$postgres_cluster"
  if [ "$(id -u)" -eq 0 ]; then chown postgres "$postgres_cluster"; fi
  port="$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')"
  as_postgres "$postgres_bin/initdb" -D "$postgres_cluster/data" -U preau --auth=trust -E UTF8 --locale=C.UTF-8 >/dev/null
  as_postgres "$postgres_bin/pg_ctl" -D "$postgres_cluster/data" -w -l "$postgres_cluster/log" \
    -o "-p $port -k $postgres_cluster -c listen_addresses=127.0.0.1 -c max_connections=200 $*" start >/dev/null
  postgres_url="postgres://preau@127.0.0.1:$port/postgres"
}

stop_postgres() {
  if [ -z "$postgres_cluster" ]; then return; fi
  as_postgres "$postgres_bin/pg_ctl" -D "$postgres_cluster/data" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$postgres_cluster"
  postgres_cluster=""
}
