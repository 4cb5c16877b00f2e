#!/bin/sh
# Installs what tools/packages-debian.txt lists and this machine lacks. Needs root, or sudo, only if something is missing.
set -eu
list=$(sed 's/#.*//' "$(dirname "$0")/packages-debian.txt")
command -v dpkg-query >/dev/null || {
	echo "install-packages: this is not a Debian system; install these by hand:" $list >&2
	exit 0
}
missing=
for package in $list; do
	case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) in
	installed) ;;
	*) missing="$missing $package" ;;
	esac
done
[ -n "$missing" ] || exit 0
as_root=
if [ "$(id -u)" != 0 ]; then
	command -v sudo >/dev/null || {
		echo "install-packages: run as root: apt-get install$missing" >&2
		exit 1
	}
	as_root=sudo
fi
echo "installing:$missing"
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -q
$as_root apt-get install -q -y --no-install-recommends $missing
