#!/bin/sh
# Every entry begins with a heading; what has none would be lost on the page.
set -eu
count=0
for entry in entries/*.md; do
  echo "testing $entry"
  head -n 1 "$entry" | grep -q '^# ' || { echo "$entry has no heading" >&2; exit 1; }
  count=$((count + 1))
done
echo "$count entries have their heading"
