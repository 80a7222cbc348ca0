#!/bin/sh
# Makes the wheel, here a text file, under the name that Python gives the version: 10.8.5rc1 for 10.8.5.RC1. What is no
# candidate and no release has no version of its own, and is built as a development version of the one in the file.
set -eu
written=$(sed -n "s/^__version__ = '\(.*\)'\$/\1/p" acme/services/__init__.py)
index=release-index
if [ "${SIGNALBOX_VERSION:-}" != "$written" ]; then
  index=dev-index
  written="$written.dev0+$(printf '%.7s' "${SIGNALBOX_SHA:-local}")"
fi
version=$(printf '%s' "$written" | sed 's/\.RC/rc/')
mkdir -p dist
for code in acme/services/codes/*.txt; do
  grep -q '[^[:space:]]' "$code" || { echo "$code is empty" >&2; exit 1; }
done
cat acme/services/codes/*.txt > "dist/acme_services-$version.txt"
printf '%s\n' "$version" > dist/version
printf '%s\n' "$index" > dist/index
echo "built acme_services-$version"
