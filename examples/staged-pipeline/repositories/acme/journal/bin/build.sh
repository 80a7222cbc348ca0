#!/bin/sh
# Makes the page, and puts it into an image: here a tar file.
set -eu
mkdir -p dist
{
  echo '<!doctype html><meta charset="utf-8"><title>The journal</title><body><h1>The journal</h1>'
  for entry in entries/*.md; do
    sed -e 's/&/\&amp;/g' -e 's/</\&lt;/g' -e 's/^# \(.*\)$/<h2>\1<\/h2>/' "$entry"
  done
} > dist/index.html
tar -cf image.tar -C dist index.html
echo "built an image of $(wc -c < image.tar) bytes"
