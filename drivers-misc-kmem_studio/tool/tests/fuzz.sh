#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Change files of a saved copy at random, and have commands read them: none may crash, hang or
# write what moves a cursor. The seed makes the rounds the same each time.
#
#	tests/fuzz.sh PROGRAM MUTATE COPY ROUNDS [SEED]
#
# MUTATE is mutate.c, compiled. A copy with which something went wrong is kept.
set -u

commands=(
	"list" "list --json" "show @" "show @ --json" "map --width 70" "map @ --width 30"
	"map --json" "map --csv" "page @ 0" "page @ 0 --csv" "report -o -" "probe"
	"show benches/@"
)
program=$1 mutate=$2 copy=$3 rounds=$4
RANDOM=${5-1}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# run WORD...: what is wrong with what the program did
run()
{
	local status

	timeout -k 5 60 "$program" --root "$scratch/root" "$@" >"$scratch/out" 2>"$scratch/err"
	status=$?
	[ $status != 124 ] || echo "it hangs"
	[ $status -le 4 ] || { echo "status $status"; tail -n 30 "$scratch/err"; }
	# all but TABs and line feeds
	LC_ALL=C grep -qaP '[\x00-\x08\x0b-\x1f\x7f]' "$scratch/out" "$scratch/err" &&
		echo "it prints control characters"
}

# A random one of the arguments, in $one: in a subshell RANDOM would not go on.
pick()
{
	local i=$((RANDOM % $# + 1))

	one=${!i}
}

cp -r "$copy" "$scratch/root"
cd "$scratch/root" || exit 1
readarray -t arenas < <(ls sys/kernel/config/kmem_studio/arenas)
for ((i = 0; i < rounds; i++)); do
	pick "${arenas[@]}"
	arena=$one
	# those that the chosen arena is read from get their share
	readarray -t near < <(find . -type f | sort |
		grep -e "/arenas/$arena/" -e /proc/ -e kernel.log -e /results/ -e /answers/)
	changed=()
	for ((n = RANDOM % 6 + 1; n; n--)); do
		pick "${near[@]}"
		changed+=("$one")
		chmod u+w "$one"
		"$mutate" $((RANDOM * 32768 + RANDOM)) <"$copy/$one" >"$one" || exit 1
	done
	for ((n = 0; n < 4; n++)); do
		pick "${commands[@]}"
		read -ra words <<<"${one//@/$arena}"
		run "${words[@]}" >"$scratch/wrong"
		[ -s "$scratch/wrong" ] || continue
		kept=$(mktemp -d -t kmem-studio-fuzz-XXXXXX)
		cp -r "$scratch/root" "$kept"
		echo "# round $i: ${words[*]}, of the copy in $kept/root"
		sed 's/^/# /' "$scratch/wrong"
		exit 1
	done
	for one in "${changed[@]}"; do
		cp "$copy/$one" "$one"
	done
done
echo "# $rounds rounds"
