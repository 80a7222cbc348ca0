#!/bin/sh
# Installs the wheel on the staging server from the index, and notes every run, so that a second one of the same
# deployment could not go unseen.
set -eu
site="$1"
environment="${SIGNALBOX_ENVIRONMENT:-local}"
deployment="${SIGNALBOX_DEPLOYMENT:-none}"
sha="${SIGNALBOX_SHA:-local}"
version=$(cat dist/version)
wheel="$site/$(cat dist/index)/acme_services-$version.txt"
target="$site/$environment"

note() {
  printf '%s %s %s %s %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$1" "$environment" "$sha" "$deployment" >> "$site/deploys.log"
}

mkdir -p "$target"
note begun
echo "installing acme-services $version"
sleep "${PACE:-0}"
{
  echo '<!doctype html><meta charset="utf-8"><title>Results</title><body><h1>Results</h1>'
  echo "<p>acme-services $version</p>"
  sed -e 's/&/\&amp;/g' -e 's/</\&lt;/g' -e 's/^.*$/<p>&<\/p>/' "$wheel"
} > "$target/index.html.new"
mv "$target/index.html.new" "$target/index.html"
printf 'sha %s\nversion %s\ndeployment %s\nat %s\n' "$sha" "$version" "$deployment" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" > "$target/version.txt.new"
mv "$target/version.txt.new" "$target/version.txt"
note done
echo "$environment now has acme-services $version"
