#!/bin/sh
# Creates Temporal's two databases and brings their tables to the version of this image. Repeating it changes nothing.
# temporal-sql-tool takes server, user and password from SQL_PLUGIN, SQL_HOST, SQL_PORT, SQL_USER, SQL_PASSWORD.
set -eu

schema=/etc/temporal/schema/postgresql/v12

prepare() {
  temporal-sql-tool --database "$1" create-database
  temporal-sql-tool --database "$1" setup-schema --version 0.0
  temporal-sql-tool --database "$1" update-schema --schema-dir "$schema/$2/versioned"
}

prepare temporal temporal
prepare temporal_visibility visibility
