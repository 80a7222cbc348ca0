#!/bin/sh
# Shuts an instance down: nothing of it is kept.
set -eu
site="$1"
environment="${SIGNALBOX_ENVIRONMENT:-demo/local}"
case "$environment" in
  demo/?*) rm -rf "${site:?}/$environment" ;;
  *) echo "$environment is no demo" >&2; exit 1 ;;
esac
echo "$environment is gone"
