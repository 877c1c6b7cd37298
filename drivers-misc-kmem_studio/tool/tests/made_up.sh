# SPDX-License-Identifier: GPL-2.0
#
# A part of run.sh: commands that change something, on a driver that is made up of plain files;
# and what is told of folders, and by the manual.
#
# shellcheck shell=bash disable=SC2154,SC2317,SC2329 # what is run.sh's; what is called by name

fake=$work/made-up

# values FOLDER NAME=VALUE...: a file each
values()
{
	local folder=$1 value

	shift
	mkdir -p "$folder"
	for value; do
		echo "${value#*=}" >"$folder/${value%%=*}"
	done
}

# What a folder has in it as soon as it is made, by kind.
make_up_folders()
{
	local copy=$1 arena=$2 new=$fake/new

	mkdir -p "$new"/{config,debug}/{arenas,benches,pressures}
	cp "$copy/sys/kernel/config/kmem_studio/arenas/$arena"/* "$new/config/arenas"
	cp "$copy/sys/kernel/debug/kmem_studio/arenas/$arena"/* "$new/debug/arenas"
	values "$new/config/arenas" verify= corrupt=
	values "$new/config/benches" allocator=page order=0 bytes=4096 pattern=hot cpus=0 \
		held=1000 held_bytes=0 rounds=30 warmup=3 touch=0 node=-1 gfp=KERNEL \
		seed=0 run= state=done ops=30000 failures=0 \
		alloc_mean_ns=100.500 free_mean_ns=80.000
	printf 'cpu\tfrom_ns\tto_ns\talloc\tfree\n0\t64\t128\t9\t9\nall\t64\t128\t7\t0\n' \
		>"$new/debug/benches/histogram"
	values "$new/config/pressures" kind=fragment order=9 node=-1 max_percent=100 every=2 \
		movable=0 live=0 ended= pages_held=5
}

# What there is before a command. An answer stands in the file translate already, whose first
# line is the question, which is written over by the same.
make_up_driver()
{
	local copy=${copies[0]} config=$fake/kernel/config/kmem_studio arena
	local debug=$fake/kernel/debug/kmem_studio

	arena=$(arena_of "$copy")
	make_up_folders "$copy" "$arena"
	mkdir -p "$config"/{arenas/report-page,benches,pressures} "$debug"/{arenas,benches}
	cp "$copy/sys/kernel/config/kmem_studio"/{allocators,patterns} "$config"
	cp -r "$fake/new/config/arenas" "$config/arenas/a"
	cp -r "$fake/new/debug/arenas" "$debug/arenas/a"
	values "$config/arenas/a" state=live nr_structs=1
	asked=pfn:$(sed -n 's/^pfn:\t//p' "$copy/answers/$(answered "$copy").0")
	{
		echo "$asked"
		grep -v '^question:\|^pfn:\|^program_' "$copy/answers/$(answered "$copy").0"
	} >"$debug/translate"
	cat >"$fake/hook" <<-'END'
	#!/bin/sh
	here=$(dirname "$0") kind=$(basename "$(dirname "$2")")
	debug=/sys/kernel/debug/kmem_studio/$kind/$(basename "$2")
	case $1 in
	made)
		mkdir -p "$debug"
		cp -r "$here/new/debug/$kind/." "$debug" && cp -r "$here/new/config/$kind/." "$2"
		# somebody else removes it
		[ ! -e "$here/vanishes" ] || { sleep 1; rm -rf "$2"; } >/dev/null 2>&1 &
		;;
	goes)
		rm -rf "$here/gone" "$debug"
		cp -r "$2" "$here/gone" && rm -r "$2"/*
		;;
	esac
	END
	chmod 755 "$fake/hook"
	cc -O1 -g -Wall -Wextra -Werror -shared -fPIC -o "$fake/fill.so" \
		"$tool/tests/fill.c"
}

# made_up STATUS ARGUMENT...: that driver, the same each time and seen by nobody else, and its
# folders are plain ones; what is in them afterwards is in left
made_up()
{
	local wanted=$1

	shift
	rm -rf "$fake/left"
	# shellcheck disable=SC2016 # it is for the shell within
	unshare -rm sh -ec '
		mount -t tmpfs none /sys/kernel
		cp -r "$1/kernel/." /sys/kernel
		left=$1/left
		shift
		"$@" && got=0 || got=$?
		mkdir -p "$left/arenas"
		[ ! -d /sys/kernel/config/kmem_studio ] ||
			cp -r /sys/kernel/config/kmem_studio/. "$left"
		ls "$left/arenas" >"$left.arenas"
		exit $got' - "$fake" ${filling[@]+"${filling[@]}"} \
		"$work/${program-asan}/kmem-studio" "$@" >"$work/out" 2>"$work/err"
	[ $? = "$wanted" ] || { cat "$work/out" "$work/err"; return 1; }
}

# The same, and folders have files as those of the driver; what the last one that was removed
# had is in gone.
filled()
{
	local filling=(env "LD_PRELOAD=$fake/fill.so" "MADE_UP=$fake/hook"
		"ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0")

	made_up "$@"
}

# says PATTERN COMMAND...
says()
{
	local pattern=$1

	shift
	"$@" && grep -qe "$pattern" "$work/out" "$work/err"
}

left() { [ "$(tr '\n' ' ' <"$fake/left.arenas")" = "$1 " ]; }

# It cannot make one of that name, and no other either.
report_removes_no_other()
{
	made_up 4 report --no-bench -o "$work/made-up.html" && left 'a report-page'
}

idle_leaves_nothing()
{
	says 'older: its arenas have no file nr_structs' made_up 3 new x 10 page --idle &&
		left 'a report-page'
}

corrupts_behind_the_last()
{
	made_up 0 corrupt a 9 --json && jq -e '.items[0].values.corrupt == 9' "$work/out" &&
		says 'behind the last struct' made_up 0 corrupt a 9
}

# value FILE: of a folder, in decimal
value() { echo $(($(cat "$fake/$1"))); }

sets_attributes()
{
	filled 0 new x 10 page --seed 0x12 --max-mismatches 3 --give-way 0 &&
		[ "$(value left/arenas/x/seed)" = 18 ] &&
		[ "$(value left/arenas/x/max_mismatches)" = 3 ] &&
		[ "$(value left/arenas/x/give_way)" = 0 ] || return
	filled 0 run page 10 --seed 5 --max-mismatches=7 --give-way 0 --json &&
		left 'a report-page' && jq -e '.values |
			.seed == 5 and .max_mismatches == 7 and .give_way == 0' "$work/out" ||
		return
	filled 0 pressure cma --every 5 --json && jq -e '.values.every == 5' "$work/out" &&
		filled 0 bench --orders 0 --seed 6 && [ "$(value gone/seed)" = 6 ] &&
		filled 0 bench --held-bytes 3M --bytes 8K &&
		[ "$(value gone/held_bytes)" = 3145728 ] && [ "$(value gone/bytes)" = 8192 ]
}

# Each option is a file of its own, and no other. Plain files are not made shorter: a value has
# as many digits as what was there.
sets_what_was_asked_for()
{
	filled 0 bench --allocators slab --patterns fifo --cpus 2 --orders 2 --held 7000 \
		--rounds 80 --warmup 9 --touch 1 --node 10 --gfp 'KERNEL|ZERO' || return
	printf '%s\n' allocator=slab pattern=fifo cpus=0-1 order=2 held=7000 rounds=80 \
		warmup=9 touch=1 node=10 'gfp=KERNEL|ZERO' | while IFS='=' read -r file value; do
		[ "$(cat "$fake/gone/$file")" = "$value" ] || { echo "$file"; exit 1; }
	done || return
	filled 0 run cma 10 --gfp ATOMIC --cma-only --node 10 --json &&
		jq -e '.values |
			.gfp == "ATOMIC" and .cma_only == 1 and .node == 10' "$work/out"
}

# As the driver has them, and in its own column.
tells_figures_of_benches()
{
	values "$fake/new/config/benches" pair_cycles=1230 pair_instructions=456
	filled 0 bench --orders 0 --json && jq -e '.rows[0] |
		.alloc_mean_ns == 100.5 and .free_mean_ns == 80 and .ops == 30000 and
		.pair_cycles == 1230 and .pair_instructions == 456 and
		.alloc_cycles == null' "$work/out" &&
		filled 0 bench --orders 0 --width 80 &&
		grep -qE '^page .* 100(\.5)? ns .* 80(\.0)? ns ' "$work/out"
}

# They stay, and what is of no such name does not.
names_benches_and_pressures()
{
	says '^kmem-studio: b5 stays: .*start benches/b5' \
		filled 0 bench --name b5 --allocators slab &&
		[ "$(cat "$fake/left/benches/b5/allocator")" = slab ] &&
		[ "$(value left/benches/b5/order)" = 0 ] &&
		says '^kmem-studio: p5 stays: .*rm pressures/p5' filled 0 pressure fill --name p5 &&
		[ "$(value left/pressures/p5/live)" = 1 ] &&
		says 'held for no number of seconds' \
			filled 2 pressure fill --name p5 --hold 1 &&
		says 'with a name is one point' filled 2 bench --name b5 --orders 0-1 &&
		says 'takes NAME, not "b 5"' filled 2 bench --name 'b 5' &&
		says 'takes NAME, not "p/5"' filled 2 pressure fill --name p/5 &&
		interrupted run bench --name b5 && interrupted live pressure fill --name p5
}

# on_a_terminal COMMAND...: what it writes there comes to the same file as the rest
on_a_terminal()
{
	# shellcheck disable=SC2016 # it is for the shell within
	local program=plain filling=(bash -c
		'TERM=xterm exec script -qec "$(printf "%q " "$@")" /dev/null' -
		env "LD_PRELOAD=$fake/fill.so" "MADE_UP=$fake/hook")

	made_up 0 "$@"
}

tells_progress()
{
	on_a_terminal bench --orders 0-2 && grep -q 'point 3 of 3' "$work/out" &&
		filled 0 bench --orders 0-2 && ! grep -q 'point [0-9]' "$work/out" "$work/err"
}

# What is wrong with a value is seen before there is an arena.
refuses_values()
{
	local words command

	for words in 'seed x 2^64' 'seed -1 2^64' 'seed 18446744073709551616 2^64' \
		     'max-mismatches 1025 0.to.1024' 'max-mismatches x 0.to.1024' \
		     'give-way 2 given.back' 'give-way yes given.back'; do
		read -ra words <<<"$words"
		for command in "new x 10 page" "run page 10"; do
			# shellcheck disable=SC2086 # these are words
			says "--${words[0]} takes .*, not \"${words[1]}\": .*${words[2]}" \
				filled 2 $command "--${words[0]}=${words[1]}" &&
				left 'a report-page' || return
		done
	done
	says '--every takes N, not "0": .*1 to 1024' filled 2 pressure cma --every 0 &&
		says 'not "1025"' filled 2 pressure cma --every 1025 || return
	for words in 'new x 10 page --scrub -1' 'new x 10 page --scrub 86400001' \
		     'new x 10 page --node x' 'run page 10 --node=-2' \
		     'bench --rounds 0' 'bench --rounds 10001' 'bench --warmup 10001' \
		     'bench --held 0' 'bench --held 16777217' 'bench --held-bytes 0' \
		     'bench --held-bytes 1X' 'bench --bytes M' \
		     'bench --touch 2' 'bench --node x' 'bench --seed -1' 'bench --bytes 0' \
		     'pressure cma --order x' 'pressure cma --node x' \
		     'pressure cma --max-percent 101' 'pressure cma --movable 2'; do
		# shellcheck disable=SC2086 # these are words
		says ' takes .*, not "' filled 2 $words && left 'a report-page' || return
	done
	says 'not "nope"' filled 2 pressure nope &&
		says '"bad name" is no name' filled 2 new 'bad name' 10 page &&
		filled 0 bench --orders 0 --node -1 --rounds 10000 --held 1 --touch 1 --warmup 0 &&
		filled 0 new x 10 page --scrub 86400000 --node 0 &&
		filled 0 pressure cma --order 0 --node -1 --max-percent 100 --movable 1
}

# Each of these files may be one that an older driver does not have.
tells_what_is_older()
{
	local file new=$fake/new/config/arenas

	for file in seed max_mismatches give_way; do
		mv "$new/$file" "$fake/taken"
		says "older: its arenas have no file $file" \
			filled 3 new x 10 page "--${file//_/-}" 1 && left 'a report-page' &&
			says "no file $file" filled 3 run page 10 "--${file//_/-}" 1 &&
			left 'a report-page' && filled 0 run page 10 || return
		mv "$fake/taken" "$new/$file"
	done
}

# What is missing is told, with what to type; and the number that the kernel does not tell.
tells_which_is_missing()
{
	local largest folder status=0

	largest=$(awk '{ if (NF - 5 > most) most = NF - 5 } END { print most }' /proc/buddyinfo)
	says "order $((largest + 1)): the largest block .* is of order $largest$" \
		filled 4 bench --orders "$((largest + 1))" && ! grep -q 'not allowed' "$work/err" &&
		filled 0 bench --orders "$largest" &&
		says 'the driver that runs is older and has no .*/probe' made_up 0 probe || return
	mv "$fake/kernel/config/kmem_studio" "$fake/taken"
	says 'the driver is not loaded: type modprobe' made_up 0 probe || status=1
	mv "$fake/taken" "$fake/kernel/config/kmem_studio" || return
	for folder in benches:'bench --orders 0' pressures:'pressure fill'; do
		mv "$fake/kernel/config/kmem_studio/${folder%%:*}" "$fake/taken"
		# shellcheck disable=SC2086 # these are words
		says "older and has no ${folder%%:*}" made_up 3 ${folder#*:} || status=1
		mv "$fake/taken" "$fake/kernel/config/kmem_studio/${folder%%:*}"
	done
	mv "$fake/kernel/debug" "$fake/taken"
	says 'no debugfs\|debugfs is not mounted: type mount' made_up 0 probe || status=1
	mv "$fake/taken" "$fake/kernel/debug"
	return "$status"
}

# Who sees neither the addresses of RAM nor the tables is not told of a picture that is not there.
maps_no_arena()
{
	local root=$work/hidden

	rm -rf "$root"
	cp -r "${copies[0]}" "$root"
	sed -i 's/^\( *\)[0-9a-f]*-[0-9a-f]*/\100000000-00000000/' "$root/proc/iomem"
	prints 'only the zones are shown' 0 --root "$root" map || return
	expect 0 --root "$root" map "$1" && ! grep -q . "$work/err" || return
	rm -r "$root/sys/kernel/debug"
	prints 'has no /sys/kernel/debug' 3 --root "$root" map "$1" &&
		! grep -q 'zones' "$work/err"
}

# Without the kernel's words about frames, the rest is there.
maps_without_kpageflags()
{
	local root=$work/flagless

	rm -rf "$root"
	cp -r "${copies[0]}" "$root"
	rm "$root/proc/kpageflags"*
	prints 'no.*kpageflags' 0 --root "$root" map && grep -q 'Physical memory' "$work/out" &&
		expect 0 --root "$root" page "$(answered "$root")" 0 &&
		! grep -q '^kpageflags' "$work/out"
}

# Once, and not where there is nothing to be seen.
tells_of_hidden_addresses()
{
	local root=$work/hashed debug=$fake/kernel/debug/kmem_studio/translate virt hints

	cp "$debug" "$fake/taken"
	for virt in '(____ptrval____)' ffffffc080c11000; do
		[ "$virt" = ffffffc080c11000 ] && hints=0 || hints=1
		rm -rf "$root"
		cp -r "${copies[0]}" "$root"
		awk -F'\t' -v OFS='\t' -v virt="$virt" '
			NR == 1 { for (i = 1; i <= NF; i++) if ($i == "virt") at = i }
			NR > 1 { $at = virt }
			{ print }' "${copies[0]}/sys/kernel/debug/kmem_studio/arenas/$1/spans" \
			>"$root/sys/kernel/debug/kmem_studio/arenas/$1/spans"
		expect 0 --root "$root" show "$1" || return
		grep -c no_hash_pointers "$work/out" >"$fake/hints"
		sed -i "s/^page:.*/page:\t$virt/; s/^virt:.*/virt:\t$virt/
			s/^\(v[a-z]*_to_page\):.*/\1:\t$virt/" "$debug"
		filled 0 translate "$asked" || return
		grep -c no_hash_pointers "$work/out" >>"$fake/hints"
		[ "$(tr '\n' ' ' <"$fake/hints")" = "$hints $hints " ] || return
	done
	mv "$fake/taken" "$debug"
}

# No line of a file with two pictures is wider than it is.
wraps_headings()
{
	local svg=$work/headings.svg

	expect 0 --root "${copies[0]}" map report-page --svg "$svg" &&
		grep -q 'exact and chunk\|is needed' "$svg" &&
		[ "$(sed -n 's/.*<text[^>]*>\(.*\)<\/text>/\1/p' "$svg" | wc -L)" -le 100 ]
}

# A name that nobody has typed is in no message; one that somebody has is.
names_what_was_typed()
{
	local new=$fake/new/config words

	cp -r "$new" "$fake/before"
	rm "$new"/{arenas,benches}/allocator "$new/pressures/order"
	mkdir "$new"/{arenas,benches}/allocator "$new/pressures/order"
	for words in 'run nope 10' 'compare 10 nope' 'bench --allocators nope'; do
		# shellcheck disable=SC2086 # these are words
		says '^kmem-studio: allocator nope: ' filled 4 $words &&
			! grep -q tool- "$work/err" || return
	done
	says '^kmem-studio: order 7: ' filled 4 pressure fill --order 7 &&
		says '^kmem-studio: n5: allocator=nope: ' filled 4 new n5 10 nope || return
	rm -r "$new"
	cp -r "$fake/before" "$new"
	rm "$new/arenas/live"
	mkdir "$new/arenas/live"
	says '^kmem-studio: n5: not started: ' filled 4 new n5 10 page &&
		says '^kmem-studio: page: not started: ' filled 4 run page 10 || return
	rm -r "$new"
	mv "$fake/before" "$new"
}

shows_histogram()
{
	local rows='[{ from_ns: 64, to_ns: 128, alloc: 7, free: 0 }]'

	filled 0 bench --orders 0-1 --histogram --json &&
		jq -e "(.rows | length == 2) and .histogram == $rows" "$work/out" &&
		filled 0 bench --orders 0 --json && jq -e ".histogram == $rows" "$work/out" &&
		filled 0 bench --orders 0-1 --json && jq -e 'has("histogram") | not' "$work/out" &&
		filled 0 bench --orders 0-1 --histogram --csv && is_table || return
	mv "$fake/new/debug/benches/histogram" "$fake/taken"
	says 'which is not to be read' filled 0 bench --orders 0 --json &&
		jq -e 'has("histogram") | not' "$work/out" &&
		mv "$fake/taken" "$fake/new/debug/benches/histogram"
}

draws_curves_as_png()
{
	local program=plain

	filled 0 bench --orders 0-3 --png "$output/bench.png" && is_png "$output/bench.png"
}

# Then one of the routes leads elsewhere, and the driver says so.
translates_to_csv()
{
	local debug=$fake/kernel/debug/kmem_studio/translate

	filled 0 translate "$asked" --csv && is_table && ! grep ',no$' "$work/out" &&
		grep -qx "translate,phys_to_pfn,${asked#pfn:},yes" "$work/out" &&
		grep -qx 'translate,routes,agree,yes' "$work/out" || return
	sed -i 's/^phys_to_pfn:.*/phys_to_pfn:\t0x1/; s/^routes:.*/routes:\tDIFFER/' "$debug"
	filled 1 translate "$asked" --csv &&
		[ "$(grep -c ',no$' "$work/out")" = 2 ] &&
		grep -qx 'translate,phys_to_pfn,0x1,no' "$work/out"
}

# interrupted FILE ARGUMENT...: Ctrl-C comes behind a write to that file; nothing is left
interrupted()
{
	# that of the sanitizers has a write() of its own
	local program=plain

	INTERRUPT=$1 filled 130 "${@:2}" && left 'a report-page' &&
		! ls "$fake/left"/{benches,pressures}/* 2>/dev/null
}

# What was started and not yet told of goes, too.
takes_down_what_it_started()
{
	interrupted live run page 10 --keep && interrupted verify run page 10 --keep &&
		interrupted live run page 10 --hold 60 && interrupted live new x 10 page &&
		interrupted live compare 10 && interrupted run bench --orders 0-3 &&
		interrupted live pressure fill --hold 60 || return
	! interrupted none new x 10 page && left 'a report-page x'
}

# hung_up STATUS COMMAND...: by way of that, and the terminal closes behind a start
hung_up()
{
	local program=plain filling=("${@:2}" env "LD_PRELOAD=$fake/fill.so" "MADE_UP=$fake/hook")

	INTERRUPT=live HANG_UP=1 made_up "$1" run page 10 --hold 1 && left 'a report-page'
}

# A terminal that closes ends it as Ctrl-C does; nohup keeps it. These tests may have one, too.
holds_without_terminal()
{
	hung_up 130 env --default-signal=HUP && hung_up 0 nohup
}

# The device of an arena has no such page any more.
tells_of_a_lost_page()
{
	local filling=(sh -ec 'mount -t tmpfs none /dev
		mkdir /dev/kmem_studio
		: >/dev/kmem_studio/a
		exec "$@"' -)

	says 'it cannot be read there: ' made_up 0 page a 0
}

# Where a frame leads from is drawn; what is no memory has no picture.
translates_to_picture()
{
	local debug=$fake/kernel/debug/kmem_studio/translate svg=$work/translate.svg

	filled 0 translate "$asked" --width 80 && grep -q "page frame 0x" "$work/out" &&
		grep -q "^$asked by all its names: the kernel's ways agree" "$work/out" &&
		[ "$(wc -L <"$work/out")" -le 80 ] &&
		filled 0 translate "$asked" --json --svg "$svg" && jq -e .answer "$work/out" &&
		grep -q 'page frame 0x' "$svg" || return
	! has xmllint || svg_valid "$svg" || return
	cp "$debug" "$fake/taken"
	printf '%s\nanswer:\tno memory: a hole, no RAM is there\n' phys:0x1 >"$debug"
	says '^answer  *no memory: a hole' filled 0 translate phys:0x1 &&
		says 'nothing is to be drawn: it is no memory' \
			filled 4 translate phys:0x1 --svg "$work/none.svg" &&
		[ ! -e "$work/none.svg" ] && mv "$fake/taken" "$debug"
}

# Whatever the width, a bar is the last to go; it says nothing without its number.
shows_bars()
{
	local command width

	for command in "compare 10" "bench --orders 0-1" "pressure fill"; do
		for width in 70 80 120 200; do
			# shellcheck disable=SC2086 # these are words
			filled 0 $command --width "$width" &&
				[ "$(wc -L <"$work/out")" -le "$width" ] || return
			grep -q '█' "$work/out" || { echo "$command, $width: no bar"; return 1; }
		done
	done
}

# What it made goes, too, when the program runs out of memory.
takes_down_without_memory()
{
	# shellcheck disable=SC2016 # it is for the shell within
	local program=plain filling=(sh -c 'ulimit -v 65536; exec "$@"' - env
		"LD_PRELOAD=$fake/fill.so" "MADE_UP=$fake/hook")

	cp "$fake/new/config/arenas/nodes" "$fake/taken"
	truncate -s 200M "$fake/new/config/arenas/nodes"
	says 'kmem-studio: out of memory' made_up 4 run page 10 && left 'a report-page' &&
		[ -d "$fake/gone" ] && mv "$fake/taken" "$fake/new/config/arenas/nodes"
}

# Of what was done, though one of the names is not there.
shows_what_was_done()
{
	local words

	for words in "verify a nope" "verify nope a" "stop a nope" "start a nope"; do
		# shellcheck disable=SC2086 # these are words
		filled 4 $words --json &&
			jq -e '.items | length == 1 and .[0].name == "a"' "$work/out" || return
	done
	filled 4 verify nope --json && [ ! -s "$work/out" ]
}

# Removed by somebody else while it was held: what is not known is no 0.
tells_no_figures_of_what_went()
{
	local status=0

	touch "$fake/vanishes"
	{
		says '^free  *-$' filled 4 run page 10 --hold 3 &&
			grep -q '^allocation  *[1-9]' "$work/out" &&
			! grep -E ' 0 bytes|^pages  *0' "$work/out" &&
			filled 4 run page 10 --hold 3 --json &&
			jq -e '.values.nr_pages > 0 and .verdict == "not verified" and
				(.values | has("free_ns") or has("state") | not)' "$work/out" &&
			filled 4 run page 10 --hold 3 --csv &&
			grep -q ',,,not verified$' "$work/out"
	} || status=1
	rm "$fake/vanishes"
	return "$status"
}

# What is no file of the driver's in one place may be an arena or a bench in another.
takes_any_name()
{
	local config=$fake/kernel/config/kmem_studio status=0

	cp -r "$config/arenas/a" "$config/arenas/probe"
	cp -r "$fake/new/config/benches" "$config/benches/lab"
	made_up 0 save --no-run -o "$work/probe.tar" && filled 0 start benches/lab || status=1
	rm -r "$config/arenas/probe" "$config/benches/lab"
	[ "$status" = 0 ] && expect 0 --root "$work/probe.tar" list &&
		grep -q '^arena  *probe ' "$work/out"
}

# loads_and_unloads STAYS: whether the driver is still there afterwards is to be told by STAYS
loads_and_unloads()
{
	# shellcheck disable=SC2016 # it is for the shell within
	unshare -rm sh -c 'mount -t tmpfs none /sys && PATH=$1:$PATH "$2" lab 10
		ls -d /sys/module/kmem_studio' - "$fake/bin" "$work/asan/kmem-studio" \
		>"$work/out" 2>"$work/err"
	if grep -q '^/sys/module' "$work/out"; then
		[ "$1" = yes ]
	else
		[ "$1" = no ] && ! grep -q 'stays loaded' "$work/err"
	fi
}

# Who has loaded the driver does not take it from somebody else, and tells where it cannot.
leaves_driver_to_others()
{
	local bin=$fake/bin

	mkdir -p "$bin"
	cat >"$bin/modprobe" <<-'END'
	#!/bin/sh
	folder=/sys/module/kmem_studio
	mkdir -p "$folder/parameters" && echo 0 >"$folder/parameters/nr_structs"
	[ -e "${0%/*}/shared" ] || exit 0
	flock -s "$folder" sleep 5 >/dev/null 2>&1 &
	while flock -n -x "$folder" true; do :; done
	END
	printf '#!/bin/sh\nrm -r /sys/module/kmem_studio\n' >"$bin/rmmod"
	chmod 755 "$bin/modprobe" "$bin/rmmod"
	loads_and_unloads no || return
	touch "$bin/shared"
	loads_and_unloads yes && grep -q 'stays loaded: another kmem-studio uses it' "$work/err" ||
		return
	rm "$bin/shared"
	printf '#!/bin/sh\necho is busy >&2\nexit 1\n' >"$bin/rmmod"
	loads_and_unloads yes && grep -q 'stays loaded: is busy$' "$work/err"
}

# Whatever the size of a page: no number in a question is that of another machine.
asks_of_this_machine()
{
	local copy pages

	for copy in "${copies[@]}"; do
		pages=$(awk -F, '$1 == 10000 { print $3 }' "$copy/results/lab.csv")
		expect 0 --root "$copy" report --course -o "$work/course.html" &&
			grep -q "not give just ${pages:?} pages" "$work/course.html" || return
	done
}

# in_folder_of PAGE STATUS ARGUMENT...: where that page is called report.html
in_folder_of()
{
	local page=$1 wanted=$2 root

	shift 2
	root=$(readlink -f "${copies[0]}")
	mkdir -p "$work/folder"
	cp "$page" "$work/folder/report.html"
	(cd "$work/folder" && expect "$wanted" --root "$root" "$@") &&
		cmp "$page" "$work/folder/report.html"
}

# A file of before stays whole, and so does what somebody has typed into the page.
keeps_what_is_there()
{
	local page=$work/kept.html copy=${copies[0]}

	echo before >"$page"
	chmod 640 "$page"
	(ulimit -f 1; expect 4 --root "$copy" report -o "$page") &&
		[ "$(cat "$page")" = before ] && ! ls "$page".* &&
		expect 0 --root "$copy" report --course -o "$page" &&
		[ "$(stat -c %a "$page")" = 640 ] || return
	sed -i '0,/aria-label="Answer"><\/div>/s//aria-label="Answer">twelve<\/div>/' "$page"
	prints 'has answers in it' 4 --root "$copy" report -o "$page" &&
		prints 'has answers in it' 4 report --compare "$page" "$page" -o "$page" &&
		grep -q '>twelve<' "$page" &&
		expect 0 --root "$copy" report -o "$work/other.html" &&
		in_folder_of "$page" 4 report && in_folder_of "$page" 0 report --json
}

# Root may write to every file.
as_user()
{
	if [ "$(id -u)" = 0 ]; then
		setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
	else
		"$@"
	fi
}

# In a folder of one's own, too, where another file could take its place.
keeps_what_is_protected()
{
	local folder=$work/protected

	rm -rf "$folder"
	mkdir "$folder"
	cp -r "${copies[0]}" "$folder/copy"
	echo before >"$folder/page"
	chmod -R a+rX "$folder"
	[ "$(id -u)" != 0 ] || chown -R 65534:65534 "$folder"
	chmod 444 "$folder/page"
	chmod -R a+rX "$work/plain"
	as_user "$work/plain/kmem-studio" --root "$folder/copy" report -o "$folder/new" || return
	as_user "$work/plain/kmem-studio" --root "$folder/copy" report -o "$folder/page"
	[ $? = 4 ] && [ "$(cat "$folder/page")" = before ]
}

# Not even an empty one can be made beside it.
keeps_what_is_there_without_room()
{
	# shellcheck disable=SC2016 # it is for the shell within
	unshare -rm sh -c 'mkdir -p "$3" && mount -t tmpfs -o nr_inodes=2 none "$3" &&
		echo before >"$3/page" || exit
		"$1" --root "$2" report -o "$3/page"
		[ $? = 4 ] && [ "$(cat "$3/page")" = before ]' - "$work/asan/kmem-studio" \
		"${copies[0]}" "$work/roomless"
}

# What cannot be read is told as that; a tar that was packed anew is one.
reads_other_tars()
{
	local copy=${copies[0]} status=0

	rm -rf "$work/again"
	mkdir "$work/again"
	cp -r "$copy" "$work/again/kmem-studio-save"
	tar -cf "$work/dot.tar" --format=ustar -C "$work/again" ./kmem-studio-save &&
		expect 0 --root "$work/dot.tar" list &&
		tar -cf "$work/dot.tar" --format=ustar -C "$copy" . &&
		expect 0 --root "$work/dot.tar" list &&
		truncate -s 300M "$work/large.tar" &&
		prints 'large.tar: File too large' 4 --root "$work/large.tar" list || status=1
	rm -f "$work/large.tar"
	return "$status"
}

# Those that only a driver makes.
json_of_changes_is_documented()
{
	local words

	for words in "new x 10 page" "new x 10 page --idle" "start a" "stop a" "verify a" \
		     "corrupt a 9" "rm a" "run page 10" "compare 10" "bench --orders 0-1" \
		     "bench --orders 0" "pressure fill" "translate $asked" \
		     "save --no-run -o $work/made-up.tar"; do
		# shellcheck disable=SC2086 # these are words
		if ! filled 0 $words --json || ! names_are_documented; then
			echo "$words"
			return 1
		fi
	done
}

# A word that is typed is not written otherwise because a sentence begins with it; and it is said
# who loads the driver, as the program has it.
manual_is_exact()
{
	local loads

	loads=$(cd "$tool/commands" && grep -l 'NEED_LOAD' ./*.c |
		sed 's,./findings.c,./report.c ./save.c,; s,\./,,g; s,\.c,,g' | tr ' ' '\n' | sort)
	! grep -E '^(Hot|Fifo|Lifo|Fragment|Fill|Cma|Auto|Pfn|Phys)\>' "$tool/kmem-studio.8" &&
		sed -n '/^\.SH DESCRIPTION/,/^\.SH COMMANDS/p' "$tool/kmem-studio.8" |
			sed -n '/not loaded,$/,/load it/p' | grep '^\.BR' | grep -o '[a-z][a-z]*' |
			grep -vx and | sort | diff - <(echo "$loads")
}

# What is no copy is told, and which folder is meant.
refuses_other_folders()
{
	mkdir -p "$work/other/kmem-studio-save"
	prints '--root /nope: No such file' 4 --root /nope list &&
		prints "$work is no copy that save wrote" 2 --root "$work" list &&
		cp "${copies[0]}/machine" "$work/other/kmem-studio-save" &&
		prints "give --root $work/other/kmem-studio-save" 2 --root "$work/other" list &&
		expect 3 --root "$work/other/kmem-studio-save" list
}

test_files_that_are_there()
{
	check "the course asks of this machine" asks_of_this_machine
	check "a file of before stays, with what was typed" keeps_what_is_there
	check "other tars" reads_other_tars
	# below a folder that is root's alone, another user can run nothing
	chmod a+x "$work"
	if as_user test -x "$work" 2>/dev/null; then
		check "a write-protected file stays" keeps_what_is_protected
	else
		skip "a write-protected file stays" "no other user"
	fi
}

test_made_up()
{
	if ! unshare -rm mount -t tmpfs none /sys/kernel 2>/dev/null; then
		skip "a driver that is made up" "no namespaces"
		return
	fi
	check "a file of before stays where there is no room" keeps_what_is_there_without_room
	check "made up: a driver" make_up_driver
	test_wrong_results_made_up
	check "made up: a report removes no other's arena" report_removes_no_other
	check "made up: new --idle that is refused leaves nothing" idle_leaves_nothing
	check "made up: corrupt behind the last struct" corrupts_behind_the_last
	check "made up: attributes are set" sets_attributes
	check "made up: options are set" sets_what_was_asked_for
	check "made up: figures of a bench" tells_figures_of_benches
	check "made up: a bench and a pressure of a name" names_benches_and_pressures
	if has script; then
		check "made up: progress on a terminal" tells_progress
	else
		skip "made up: progress on a terminal" "no script"
	fi
	if "$work/plain/kmem-studio" --version | grep -q -e '--png: cairo'; then
		check "made up: curves as PNG" draws_curves_as_png
	else
		skip "made up: curves as PNG" "built without cairo"
	fi
	check "made up: values are looked at before anything is made" refuses_values
	check "made up: an attribute that an older driver does not have" tells_what_is_older
	check "made up: a name that nobody has typed is not told" names_what_was_typed
	check "made up: what is missing is told" tells_which_is_missing
	check "made up: a map of what cannot be seen" maps_no_arena "$(arena_of "${copies[0]}")"
	check "a map without kpageflags" maps_without_kpageflags
	check "made up: a hint where addresses are hidden" tells_of_hidden_addresses \
		"$(arena_of "${copies[0]}")"
	check "headings in a file are as wide as it is" wraps_headings
	check "made up: a histogram as JSON" shows_histogram
	check "made up: Ctrl-C behind a start" takes_down_what_it_started
	check "made up: a terminal that closes, and nohup" holds_without_terminal
	check "made up: a page that was lost" tells_of_a_lost_page
	check "made up: out of memory" takes_down_without_memory
	check "made up: names of JSON" json_of_changes_is_documented
	check "made up: translate as a picture" translates_to_picture
	check "made up: translate as CSV" translates_to_csv
	check "made up: bars in each width" shows_bars
	check "made up: JSON of what was done" shows_what_was_done
	check "made up: an arena that went while it was held" tells_no_figures_of_what_went
	check "made up: any name" takes_any_name
	check "made up: who unloads the driver" leaves_driver_to_others
	check "the JSON of each command was looked at" all_json_was_seen
}
