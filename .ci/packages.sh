#!/bin/sh
# Installs those of the Debian packages named as arguments that are missing, and starts nothing that they bring: neither
# now nor when the machine starts next. What was there before stays as it is.
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

# Debian asks this program whether a service may be started (invoke-rc.d(8)). One that stood there comes back whatever
# happens to apt; should this shell be killed, what it left denies nothing, and the next run takes it away.
policy=/usr/sbin/policy-rc.d
aside=$policy.set-aside
put_back() {
    if [ -e $aside ]; then $as_root mv -f $aside $policy; else $as_root rm -f $policy; fi
}

echo "Installing$missing" >&2
# Two at a time would put back each other's.
exec 9</usr/sbin
flock 9
if [ -e $policy ] && ! grep -qs 'of Amparo' $policy; then $as_root mv $policy $aside; fi
trap put_back EXIT
trap 'exit 1' HUP INT TERM
$as_root tee $policy >/dev/null <<EOF
#!/bin/sh
# While .ci/packages.sh of Amparo installs, nothing starts.
[ ! -e /proc/$$ ] || exit 101
[ ! -x $aside ] || exec $aside "\$@"
EOF
$as_root chmod 755 $policy
$as_root apt-get update -qq
# shellcheck disable=SC2086 # both are lists of words
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends --no-upgrade \
    -o Dpkg::Options::=--force-confold $missing

has_systemd=$(command -v systemctl) || has_systemd=
for package in $missing; do
    for file in $(dpkg -L "$package"); do
        name=${file##*/}
        case $file in
        /etc/init.d/?*) $as_root update-rc.d "$name" disable ;;
        */systemd/system/*.service | */systemd/system/*.socket)
            [ -z "$has_systemd" ] || $as_root systemctl --quiet disable "$name"
            ;;
        esac
    done
done
