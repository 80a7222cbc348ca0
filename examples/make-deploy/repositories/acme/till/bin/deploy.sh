#!/bin/sh
# Warms the cache, puts the till where it is served, starts it, and notes every run, so that a second one of the same
# deployment could not go unseen.
set -eu
environment="${SIGNALBOX_ENVIRONMENT:-local}"
deployment="${SIGNALBOX_DEPLOYMENT:-none}"
sha="${SIGNALBOX_SHA:-$(git rev-parse HEAD)}"
target="$SITE_DIR/$environment"
log="$target/log/$RAILS_ENV.log"

note() {
  printf '%s %s %s %s %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$1" "$environment" "$sha" "$deployment" >> "$SITE_DIR/deploys.log"
}

. bin/connect.sh
mkdir -p "$target/log"
note begun
echo "warming the cache"
sleep "${PACE:-0}"
{
  echo '<!doctype html><meta charset="utf-8"><title>The till</title><body><h1>The till</h1>'
  for item in items/*.txt; do
    sed -e 's/&/\&amp;/g' -e 's/</\&lt;/g' -e '1s/.*/<h2>&<\/h2>/' "$item"
  done
} > "$target/index.html.new"
mv "$target/index.html.new" "$target/index.html"

# The till starts: it says in its log how that went, and tells what it is and how it fares.
echo "INFO deployment $deployment: starting $sha" >> "$log"
health=healthy
errors=0
for name in $(cat items/*.txt | grep -o '\$[A-Z_][A-Z_]*' | tr -d '$' | sort -u); do
  if [ -z "$(printenv "$name")" ]; then
    health=failing
    errors=$((errors + 1))
    echo "FATAL $name is not set, and an item needs it" >> "$log"
  fi
done
echo "$health" > "$target/health.txt"
printf '# TYPE till_errors_total counter\ntill_errors_total{revision="%s"} %s\n' "$sha" "$errors" > "$target/metrics.txt"
printf 'sha %s\nversion 1\ndeployment %s\nat %s\n' "$sha" "$deployment" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" > "$target/version.txt.new"
mv "$target/version.txt.new" "$target/version.txt"
note done
echo "$environment now runs $sha"
