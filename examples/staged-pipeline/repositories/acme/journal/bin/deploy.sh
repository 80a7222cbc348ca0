#!/bin/sh
# Runs the image in the environment, and notes every run, so that a second one of the same deployment could not go unseen.
set -eu
site="$1"
image="$2"
environment="${SIGNALBOX_ENVIRONMENT:-local}"
deployment="${SIGNALBOX_DEPLOYMENT:-none}"
target="$site/$environment"

note() {
  printf '%s %s %s %s %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$1" "$environment" "$image" "$deployment" >> "$site/deploys.log"
}

mkdir -p "$target"
note begun
echo "pulling journal:$image"
sleep "${PACE:-0}"
tar -xf "$site/registry/$image.tar" -C "$target"
printf 'sha %s\nversion 1\ndeployment %s\nat %s\n' "$image" "$deployment" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" > "$target/version.txt.new"
mv "$target/version.txt.new" "$target/version.txt"
note done
echo "$environment now runs journal:$image"
