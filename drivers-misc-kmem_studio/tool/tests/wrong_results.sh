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
		jq -r .failed "$work/out" >"$work/failed" &&
		[ "$(grep -c "^Arena $name: memory was found wrong" "$work/failed")" = 1 ]
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
		if ! prints 'has no /sys/kernel/config/kmem_studio' 3 --root "$root" $words ||
		   [ -s "$work/out" ]; then
			echo "$words"
			return 1
		fi
	done
	expect 0 --root "$root" show lab
}

# verdict_of ROOT NAME INDEX
verdict_of()
{
	expect 0 --root "$1" page "$2" "$3" --json >/dev/null && jq -r .verdict "$work/out"
}

# Only where all ways were followed it is all of them that lead to the frame.
says_which_ways()
{
	local root=$work/ways answer

	rm -rf "$root"
	cp -r "$1" "$root"
	answer=$root/answers/$2.0
	sed -i '/^program_/d' "$answer"
	verdict_of "$root" "$2" 0 | grep -q "^the kernel's ways lead.*program's was not followed" ||
		return
	cp "$1/answers/$2.0" "$answer"
	sed -i '/^vmalloc_to_/d' "$answer"
	verdict_of "$root" "$2" 0 | grep '^the ways that were followed.*vmalloc address was not' ||
		return
	cp "$1/answers/$2.0" "$answer"
	sed -i '/^routes:/d' "$answer"
	verdict_of "$root" "$2" 0 | grep "^the program's way.*kernel's were not followed"
}

# The last page of a block that is larger than what was asked for; the first one is none.
tells_rounding()
{
	local root=$1 last

	last=$(tail -n 1 "$root/sys/kernel/debug/kmem_studio/arenas/report-page/pages" | cut -f 1)
	prints 'report-page, a page of rounding, by' 0 --root "$root" page report-page "$last" &&
		expect 0 --root "$root" page report-page "$last" --json &&
		jq -e '.rounding | startswith("no object")' "$work/out" && names_are_documented &&
		expect 0 --root "$root" page report-page 0 --json &&
		jq -e 'has("rounding") | not' "$work/out"
}

# What blocks of chunk are no part of is not drawn; a name counts once, and --split has none.
map_of_names()
{
	local root=$1 chunk

	chunk=$(basename "$(dirname "$(grep -lx chunk \
		"$root"/sys/kernel/config/kmem_studio/arenas/*/allocator | head -n 1)")")
	expect 0 --root "$root" map "$chunk" && ! grep -q 'A block of' "$work/out" &&
		expect 0 --root "$root" map report-page arenas/report-page report-page &&
		[ "$(grep -c '^Arena report-page' "$work/out")" = 1 ] &&
		[ "$(grep -c '^A block of' "$work/out")" -le 1 ] &&
		expect 0 --root "$root" map "$chunk" "$chunk" --json &&
		jq -e '.arenas | length == 1' "$work/out" &&
		prints 'takes no name' 2 --root "$root" map --split 79 report-page
}

# Two pages share a cell here, and lie apart: the wrong word of either marks that cell alone.
marks_scattered()
{
	local root=$work/scattered arena=$2 who="kmem_studio: arenas/$2: " spans page size

	size=$(sed -n 's/^page_size: //p' "$1/machine")
	rm -rf "$root"
	cp -r "$1" "$root"
	spans=$root/sys/kernel/debug/kmem_studio/arenas/$arena/spans
	awk -F '\t' -v OFS='\t' '
		NR == 1 { print }
		NR == 2 {
			for ($1 = 0; $1 < 6000; $1++) {
				$5 = $6 = sprintf("0x%x", 65536 + 2 * $1)
				$7 = 1
				print
			}
		}' "$spans" >"$work/spans" && mv "$work/spans" "$spans" || return
	echo corrupt >"$root/sys/kernel/config/kmem_studio/arenas/$arena/state"
	for page in 0 1 2 3; do
		{
			cat "$1/kernel.log"
			printf '%sMismatch in page: %d\tstruct: 1\tindex: 2\t' "$who" "$page"
			printf 'physical address: 0x%x\texpected: 1\tgot: 0\tagain: 0\n' \
				$(((65536 + 2 * page) * size))
			echo "${who}Address translation differs on 1 of 2 pages"
			echo "${who}Verification failed: 1 of 2"
		} >"$root/kernel.log"
		expect 0 --root "$root" map "$arena" --ascii --width 80 &&
			[ "$(sed '/objects/d' "$work/out" | grep -o X | wc -l)" = 1 ] &&
			[ "$(sed -n 4p "$work/out" | cut -c $((page / 2 + 1)))" = X ] || return
	done
	prints 'Address translation differs on 1 of 2' 0 --root "$root" show "$arena"
}

# What two things are written to is no file of either.
refuses_mixed_output()
{
	local words

	for words in "map $2 --json --svg -" "map --csv --png -" "page $2 0 --json --svg -" \
		     "map --svg - --png -" "report --json -o -" "bench --csv --svg -"; do
		# shellcheck disable=SC2086 # these are words
		prints 'standard output' 2 --root "$1" $words || return
	done
	expect 0 --root "$1" map "$2" --svg - && grep -q '^<?xml' "$work/out"
}

copy_has_no_arenas()
{
	local root=$work/none

	rm -rf "$root"
	cp -r "$1" "$root"
	rm -rf "$root/sys/kernel"/{config,debug}/kmem_studio/{arenas,benches,pressures}
	prints 'none in this copy' 0 --root "$root" list &&
		! grep -q 'nothing yet\|not to be' "$work/err"
}

# A cell that arenas share has the letter of one of them.
says_whose_letter()
{
	prints 'letter of an arena that has pages of it' 0 --root "$1" map --width 300 &&
		grep -q 'of one of them where several have' "$work/out"
}

# One of the running system is an end that scripts see.
report_of_corrupt_is_wrong()
{
	local state=$fake/kernel/config/kmem_studio/arenas/a/state status=0

	echo corrupt >"$state"
	made_up 1 report --no-run -o "$work/wrong.html" &&
		grep -q 'Arena a: memory was found wrong' "$work/wrong.html" || status=1
	echo live >"$state"
	return "$status"
}

# How many CPUs: a list of them, as the driver shows it, is something else.
bench_counts_cpus()
{
	local list

	for list in 0 0-1 1,0 4097; do
		says "--cpus takes .*, not \"$list\": .*not which" filled 2 bench --cpus "$list" &&
			left 'a report-page' || return
	done
	filled 0 bench --cpus 1-2 --orders 0 --json && jq -e '.rows | length == 2' "$work/out" &&
		says 'ON CPUS' filled 0 bench --orders 0 --width 100
}

# A pressure that holds less than was wanted, or nothing, tells by which limit.
pressure_tells_its_end()
{
	local new=$fake/new/config/pressures words

	values "$new" pages_held=0 min_free_bytes=777
	for words in 'max_percent 100.percent.*--max-percent' 'min_free_bytes 777.*--min-free' \
		     'no block' 'leave_bytes .*--leave' 'lost .*given.back' 'nosuch \.\?$'; do
		values "$new" "ended=${words%% *}" leave_bytes=4096
		[ "$words" != 'no block' ] || values "$new" 'ended=no block'
		says "^It ended by ${words%% *}.*${words#* }" filled 0 pressure fill || {
			echo "$words"
			return 1
		}
	done
	values "$new" ended= pages_held=5
	rm "$new"/{min_free_bytes,leave_bytes}
}

# Zeros in front are of no account, for the kernel neither, which would take octal.
numbers_are_decimal()
{
	values "$fake/new/config/arenas" nr_structs= max_mismatches=
	filled 0 new x 010 page --seed 0x10 --max-mismatches 08 &&
		[ "$(cat "$fake/left/arenas/x/nr_structs")" = 10 ] &&
		[ "$(cat "$fake/left/arenas/x/max_mismatches")" = 8 ] &&
		[ "$(value left/arenas/x/seed)" = 16 ] &&
		says '^10 structs of page' filled 0 run page 010 &&
		says 'word 9 ' filled 0 corrupt a 09 &&
		filled 0 bench --orders 010 --seed 007 --json &&
		[ "$(cat "$fake/gone/order")" = 10 ] && [ "$(cat "$fake/gone/seed")" = 7 ] &&
		filled 2 new x 0x page && filled 2 new x 1e3 page &&
		expect 0 map --split 0100 --json &&
		jq -e '.split.wanted_pages == 100' "$work/out" &&
		expect 0 map --split 0x64 --json &&
		jq -e '.split.wanted_pages == 100' "$work/out"
}

# Those that need the driver that is made up.
test_wrong_results_made_up()
{
	check "made up: report of a corrupt arena" report_of_corrupt_is_wrong
	check "made up: bench counts CPUs" bench_counts_cpus
	check "made up: numbers are decimal" numbers_are_decimal
	check "made up: a pressure tells its end" pressure_tells_its_end
}

test_wrong_results()
{
	local root=${copies[0]}

	check "a report names a corrupt arena" report_names_corrupt "$root"
	check "without configfs nothing is said to be missing" no_configfs "$root"
	check "page says which ways were followed" says_which_ways "$root" "$(answered "$root")"
	check "page says which is rounding" tells_rounding "$root"
	check "map: names, and blocks that are not one" map_of_names "$root"
	check "map: whose letter a cell has" says_whose_letter "$root"
	check "map: wrong words of scattered pages" marks_scattered "$root" "$(arena_of "$root")"
	check "one thing goes to standard output" refuses_mixed_output "$root" \
		"$(arena_of "$root")"
	check "a copy without arenas" copy_has_no_arenas "$root"
}
