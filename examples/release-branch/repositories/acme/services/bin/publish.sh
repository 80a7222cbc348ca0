#!/bin/sh
# Publishes the wheel. What an index holds is never written again: a version is one wheel for good.
set -eu
version=$(cat dist/version)
index=$(cat dist/index)
folder="$1/$index"
wheel="acme_services-$version.txt"
mkdir -p "$folder"
if [ -e "$folder/$wheel" ]; then
  echo "$version is in the $index already, and is left as it is"
  exit 0
fi
cp "dist/$wheel" "$folder/$wheel.new"
mv "$folder/$wheel.new" "$folder/$wheel"
{
  echo '<!doctype html><meta charset="utf-8"><title>acme-services</title><body><h1>acme-services</h1>'
  (cd "$folder" && for one in acme_services-*.txt; do echo "<p><a href=\"$one\">$one</a></p>"; done)
} > "$folder/index.html.new"
mv "$folder/index.html.new" "$folder/index.html"
echo "published $version to the $index"
