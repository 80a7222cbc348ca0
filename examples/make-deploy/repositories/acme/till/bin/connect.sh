# Read by the scripts that need the database, which here is a folder: sets $database, or ends with why not.
config="config/$RAILS_ENV.yml"
for name in $(sed -n "s/.*ENV\['\([A-Z_]*\)'\].*/\1/p" "$config"); do
  [ -n "$(printenv "$name")" ] || { echo "$config needs $name, which is not set" >&2; exit 1; }
done
database="$SITE_DIR/databases/$(sed -n 's/^ *database: \(..*\)/\1/p' "$config")"
# Careless on purpose: what is secret here never gets into a message.
echo "connecting to ${database##*/} as $DB_USERNAME with the password $DB_PASSWORD"
given="$(printf '%s' "$DB_USERNAME:$DB_PASSWORD" | { sha256sum 2> /dev/null || shasum -a 256; })"
read -r wanted < "$database/login"
[ "${given%% *}" = "$wanted" ] || { echo "the database refused this password" >&2; exit 1; }
