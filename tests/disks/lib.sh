# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# What the whole-program checks share: `. tests/disks/lib.sh` from the top of the tree.
# Each check prints 'ok NAME', 'FAIL NAME: why' or 'skip NAME: why'; `done_checks` ends with 1 if one
# failed.

build=${UNBRICK_BUILD:-build}
case $build in
/*) ;;
*) build=$PWD/$build ;;
esac
# shellcheck disable=SC2034 # used by the checks
unbrick=$build/unbrick
export UNBRICK_TOOLS="$build/tools" # some checks go to another folder
fixtures=${UNBRICK_FIXTURES:-$PWD/../shared/fixtures}
failures=0
work=$(mktemp -d "${TMPDIR:-/tmp}/unbrick-check.XXXXXX")
export MKBITLOCKER_STRETCHED="$work/stretched"
export XDG_STATE_HOME="$work/state" # plans of a replay go to state/unbrick

# never into a file system that a check left mounted
clean_up() {
	fusermount3 -qu "$work/mnt" 2>/dev/null || true
	umount -q "$work/small" 2>/dev/null || true
	rm -rf --one-file-system "$work"
}
trap clean_up EXIT
trap 'exit 1' INT TERM HUP

ok() {
	echo "ok $1"
}

fail() { # name why
	echo "FAIL $1: $2"
	failures=$((failures + 1))
}

skip() { # name why
	echo "skip $1: $2"
}

done_checks() {
	[ "$failures" -eq 0 ] || exit 1
}

# Run and compare the exit status; output goes to $work/out and $work/err.
expect() { # name status command...
	expect_name=$1
	expect_status=$2
	shift 2
	got=0
	timeout 120 "$@" >"$work/out" 2>"$work/err" </dev/null || got=$?
	if [ "$got" -eq "$expect_status" ]; then
		ok "$expect_name"
	else
		fail "$expect_name" "exit status $got instead of $expect_status: $(head -c 400 "$work/err")"
		return 1
	fi
}

# ok if the command succeeds
check() { # name command...
	check_name=$1
	shift
	if "$@" >"$work/check" 2>&1; then
		ok "$check_name"
	else
		fail "$check_name" "$* ($(head -c 200 "$work/check"))"
	fi
}

# A fixture unpacked under $work; its path on standard output, or nothing (and status 1).
fixture() { # path below fixtures, without .xz or .gz
	target=$work/$(basename "$1")
	if [ -f "$fixtures/$1.xz" ]; then
		xz -dc "$fixtures/$1.xz" >"$target"
	elif [ -f "$fixtures/$1.gz" ]; then
		gzip -dc "$fixtures/$1.gz" >"$target"
	elif [ -f "$fixtures/$1" ]; then
		cp "$fixtures/$1" "$target"
	else
		return 1
	fi
	chmod u+w "$target"
	echo "$target"
}

# The member of the report in $work/out that a Python expression over `r` names.
report() { # expression
	python3 -c 'import json,sys
r = json.load(open(sys.argv[1]))
vols = [v for d in r.get("disks", []) for v in d.get("volumes", [])]
print(eval(sys.argv[2]))' "$work/out" "$1" 2>&1
}

expect_report() { # name expression value
	value=$(report "$2") || true # its message is then the value
	if [ "$value" = "$3" ]; then
		ok "$1"
	else
		fail "$1" "$2 is '$value' instead of '$3'"
	fi
}

same_bytes() { # name file sha256
	now=$(sum_of "$2")
	if [ "$now" = "$3" ]; then
		ok "$1"
	else
		fail "$1" "$2 changed"
	fi
}

# What tells whether a byte of a file changed; the holes of an image are not read for it.
sum_of() { # file
	"$UNBRICK_TOOLS/imagesum" "$1"
}
