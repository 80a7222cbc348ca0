#!/bin/sh
# Every item has a name and a price; what has none could not be sold.
set -eu
count=0
for item in items/*.txt; do
  echo "testing $item"
  sed -n 2p "$item" | grep -q '[0-9]\.[0-9][0-9]' || { echo "$item has no price" >&2; exit 1; }
  count=$((count + 1))
done
echo "$count items have their price"
