#!/bin/sh
# Writes the page of all places.
set -eu
printf '<!doctype html><meta charset="utf-8"><title>The atlas, %s</title><body><h1>The atlas</h1>\n' "$1"
for place in places/*.md; do
  sed -e 's/&/\&amp;/g' -e 's/</\&lt;/g' -e 's/^# \(.*\)$/<h2>\1<\/h2>/' "$place"
done
