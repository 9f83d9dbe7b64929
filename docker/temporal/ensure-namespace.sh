#!/bin/sh
# Creates the namespace, or gives an existing one the wanted retention. Repeating it changes nothing.
# The temporal command takes the server's address from TEMPORAL_ADDRESS.
set -eu

: "${TEMPORAL_ADDRESS:?}" "${TEMPORAL_NAMESPACE:?}" "${NAMESPACE_RETENTION:?}"

ensure() {
  # By flag: `create` does not look at TEMPORAL_NAMESPACE, though `describe` does.
  if temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
    temporal operator namespace update --namespace "$TEMPORAL_NAMESPACE" --retention "$NAMESPACE_RETENTION"
  else
    temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$NAMESPACE_RETENTION"
  fi
}

# The port opens before the server is ready to answer.
attempt=1
until temporal operator cluster health >/dev/null 2>&1 && ensure; do
  if [ "$attempt" -ge 60 ]; then
    echo "namespace $TEMPORAL_NAMESPACE could be neither created nor updated at $TEMPORAL_ADDRESS" >&2
    exit 1
  fi
  attempt=$((attempt + 1))
  sleep 2
done
