#!/bin/sh
# Usage: check-support.sh TOOL FILE. Fails if what TOOL prints is not what FILE holds.
set -eu
"$1" | diff -u "$2" - && exit 0
echo "docs/support.md is behind the tables: run 'make docs' and commit it" >&2
exit 1
