#!/bin/sh
# Creates the databases that CouchDB itself needs on a single node. Repeating it changes nothing.
set -eu

: "${COUCHDB_URL:?}" "${COUCHDB_USER:?}" "${COUCHDB_PASSWORD:?}"

for database in _users _replicator _global_changes; do
  status=$(curl --silent --show-error --output /dev/null --write-out '%{http_code}' --retry 10 --retry-connrefused \
    --max-time 30 --user "$COUCHDB_USER:$COUCHDB_PASSWORD" --request PUT "$COUCHDB_URL/$database")
  case "$status" in
    201 | 202) echo "created $database" ;;
    412) echo "$database is there" ;;
    *)
      echo "could not create $database: CouchDB answered $status" >&2
      exit 1
      ;;
  esac
done
