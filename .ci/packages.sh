#!/bin/sh
# Installs those of the Debian packages named as arguments that are missing.
set -eu

if ! command -v apt-get >/dev/null 2>&1; then
    echo "This is not a Debian system, so nothing is installed; what these packages hold must be there: $*" >&2
    exit 0
fi

missing=
for package in "$@"; do
    status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) || status=absent
    [ "$status" = "install ok installed" ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -eq 0 ]; then
    as_root=
elif command -v sudo >/dev/null 2>&1; then
    as_root=sudo
else
    echo "These packages are missing and you are not root:$missing" >&2
    echo "Ask an administrator to run: apt-get install$missing" >&2
    exit 1
fi

echo "Installing$missing" >&2
$as_root apt-get update -qq
# shellcheck disable=SC2086 # both are lists of words
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
