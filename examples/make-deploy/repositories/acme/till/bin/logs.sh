#!/bin/sh
# Shows what the till has logged since it was started by this deployment; what is fatal there fails the deployment.
set -eu
log="$SITE_DIR/$SIGNALBOX_ENVIRONMENT/log/$RAILS_ENV.log"
since="$(sed -n "/ deployment $SIGNALBOX_DEPLOYMENT: /,\$p" "$log")"
printf '%s\n' "$since"
case "$since" in
  *FATAL*) exit 1 ;;
esac
