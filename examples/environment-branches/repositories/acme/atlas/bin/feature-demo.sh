#!/bin/sh
# Makes the throwaway instance of a branch. SIGNALBOX_ENVIRONMENT is demo/ and the branch's name, fit for a folder.
set -eu
echo "making the instance ${SIGNALBOX_ENVIRONMENT:-demo/local} of ${SIGNALBOX_REF:-a branch}"
exec sh bin/deploy.sh "$1"
