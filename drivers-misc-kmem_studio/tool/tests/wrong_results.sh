# SPDX-License-Identifier: GPL-2.0
#
# A part of run.sh: what looked as if it were right and was not.
#
# shellcheck shell=bash disable=SC2154,SC2317,SC2329 # what is run.sh's; what is called by name

# The corrupt arena of a copy, which has it from where it was made.
report_names_corrupt()
{
	local root=$1 name

	name=$(basename "$(dirname "$(grep -lx corrupt \
		"$root"/sys/kernel/config/kmem_studio/arenas/*/state)")")
	expect 0 --root "$root" report --json &&
		[ "$(jq -r .failed "$work/out" | grep -c "^The arena $name: memory was found wrong")" = 1 ]
}

# Nobody knows what there is; the arena of the lab is in debugfs, and is seen.
no_configfs()
{
	local root=$work/unseen words

	rm -rf "$root"
	cp -r "$1" "$root"
	rm -r "$root/sys/kernel/config"
	mkdir "$root/sys/kernel/config"
	for words in list "list --json" "show a" "map a" "page a 0"; do
		# shellcheck disable=SC2086 # these are words
		prints 'has no /sys/kernel/config/kmem_studio' 3 --root "$root" $words &&
			[ ! -s "$work/out" ] || { echo "$words"; return 1; }
	done
	expect 0 --root "$root" show lab
}

# One of the running system is an end that scripts see.
report_of_corrupt_is_wrong()
{
	local state=$fake/kernel/config/kmem_studio/arenas/a/state status=0

	echo corrupt >"$state"
	made_up 1 report --no-run -o "$work/wrong.html" &&
		grep -q 'The arena a: memory was found wrong' "$work/wrong.html" || status=1
	echo live >"$state"
	return "$status"
}

# Those that need the driver that is made up.
test_wrong_results_made_up()
{
	check "made up: report of a corrupt arena" report_of_corrupt_is_wrong
}

test_wrong_results()
{
	local root=${copies[0]}

	check "a report names a corrupt arena" report_names_corrupt "$root"
	check "without configfs nothing is said to be missing" no_configfs "$root"
}
