#!/bin/sh
# What runs there shows everything that this revision can do.
set -eu
place="$1"
for feature in features/*.md; do
  title=$(sed -n 's/^# //p' "$feature" | sed -e 's/&/\&amp;/g' -e 's/</\&lt;/g')
  grep -qF "<h2>$title</h2>" "$place/index.html" || { echo "$place does not show: $title" >&2; exit 1; }
  echo "shown: $title"
done
