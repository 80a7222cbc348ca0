#!/bin/sh
# Makes the page and puts it where the environment serves it, and notes every run, so that a second one of the same
# deployment could not go unseen.
set -eu
site="$1"
environment="${SIGNALBOX_ENVIRONMENT:-local}"
sha="${SIGNALBOX_SHA:-none}"
deployment="${SIGNALBOX_DEPLOYMENT:-none}"
target="$site/$environment"

note() {
  printf '%s %s %s %s %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$1" "$environment" "$sha" "$deployment" >> "$site/deploys.log"
}

mkdir -p "$target"
note begun
echo "building the page of $environment"
sleep "${PACE:-0}"
sh bin/page.sh "$environment" > "$target/index.html.new"
mv "$target/index.html.new" "$target/index.html"
printf 'sha %s\nversion 1\ndeployment %s\nat %s\n' "$sha" "$deployment" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" > "$target/version.txt.new"
mv "$target/version.txt.new" "$target/version.txt"
note done
echo "$environment now serves $sha"
