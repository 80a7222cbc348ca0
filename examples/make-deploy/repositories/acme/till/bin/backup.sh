#!/bin/sh
# Copies the database to where it can be restored from.
set -eu
. bin/connect.sh
backups="$SITE_DIR/backups"
mkdir -p "$backups"
if [ -e "$backups/full.txt" ]; then
  echo "no room for a backup: $(cat "$backups/full.txt")" >&2
  exit 1
fi
copy="${database##*/}-before-$SIGNALBOX_DEPLOYMENT.tar"
tar -cf "$backups/$copy" -C "$database" .
echo "backed up to $copy"
