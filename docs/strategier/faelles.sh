# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# What the three scenarios share. A scenario copies its folder to an empty place (its first
# argument, else a new folder below TMPDIR), works there on a fresh database, shows each command
# and what it says, and stops at the first exit status that is not the one it should be.
# $SLUSE_BIN is the program; without it the one that `make` built.

export LC_ALL=C.UTF-8
her=$(cd "$(dirname "$0")" && pwd)
program=${SLUSE_BIN:-$her/../../build/release/sluse}
strategi=$(basename "$0" .sh)
[ -x "$program" ] || { echo "$0: $program er der ikke; byg den med make" >&2; exit 1; }

if [ $# -gt 0 ]; then
	mkdir -p "$1"
	[ -z "$(ls -A "$1")" ] || { echo "$0: $1 er ikke tom" >&2; exit 1; }
	cd "$1"
else
	cd "$(mktemp -d "${TMPDIR:-/tmp}/$strategi.XXXXXX")"
	trap 'echo; echo "Databasen og filerne ligger i $PWD"' EXIT
fi
cp -R "$her/$strategi/." .

sluse() { "$program" "$@"; }

# trin TEKST: a heading
trin() { printf '\n# %s\n' "$1"; }

# koer KODE KOMMANDO: run the command, which must end with that exit status
koer() {
	printf '$ %s\n' "$2"
	kode=0
	eval "$2" 2>&1 || kode=$?
	[ "$kode" = "$1" ] || { echo "$0: afsluttet med $kode, ikke $1" >&2; exit 1; }
}
