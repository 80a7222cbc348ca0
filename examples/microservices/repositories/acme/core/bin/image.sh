#!/bin/sh
# Builds the image, and pushes it under the version in package.json and as latest. The registry is a folder here, and an
# image a folder in it. An image is never pushed over by another revision: its version was not raised.
set -eu
registry="$1"
service="$2"
revision="$3"
version=$(sed -n 's/^ *"version": *"\([^"]*\)".*/\1/p' package.json)
image="$registry/$service/$version"

if [ -e "$image/revision.txt" ] && [ "$(cat "$image/revision.txt")" != "$revision" ]; then
  echo "acme/$service:$version was built from $(cat "$image/revision.txt") already" >&2
  exit 1
fi
rm -rf "$image.new"
mkdir -p "$image.new"
{
  echo "<!doctype html><meta charset=\"utf-8\"><title>$service</title><body><h1>$service $version</h1>"
  for feature in features/*.md; do
    sed -e 's/&/\&amp;/g' -e 's/</\&lt;/g' -e 's/^# \(.*\)$/<h2>\1<\/h2>/' "$feature"
  done
} > "$image.new/index.html"
echo "$revision" > "$image.new/revision.txt"
rm -rf "$image" "$registry/$service/latest"
mv "$image.new" "$image"
cp -R "$image" "$registry/$service/latest"
echo "pushed acme/$service:$version and acme/$service:latest"
