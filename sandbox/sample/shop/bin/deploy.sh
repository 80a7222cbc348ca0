#!/bin/sh
# Puts the built page into the environment's folder and notes every run in deploys.log, so that a second run of the
# same deployment could not go unseen.
set -eu

site="${SITE_DIR:-site}"
environment="${SIGNALBOX_ENVIRONMENT:-local}"
deployment="${SIGNALBOX_DEPLOYMENT:-none}"
sha="${SIGNALBOX_SHA:-$(git rev-parse HEAD)}"
version="$(sed -n 's/^ *"version": "\(.*\)".*/\1/p' package.json)"
target="$site/$environment"

note() {
  printf '%s %s %s %s %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$1" "$environment" "$sha" "$deployment" >> "$site/deploys.log"
}

mkdir -p "$target"
note begun
for step in "copying the page" "warming the cache" "checking the links" "switching over" "looking once more"; do
  echo "$environment: $step"
  sleep "${PACE:-0}"
done

cp dist/index.html "$target/index.html.new"
printf 'sha %s\nversion %s\ndeployment %s\nat %s\n' "$sha" "$version" "$deployment" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" > "$target/version.txt.new"
# A rename is seen whole or not at all.
mv "$target/index.html.new" "$target/index.html"
mv "$target/version.txt.new" "$target/version.txt"
note done
echo "$environment now serves $sha (version $version)"
