#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The lab of kmem_studio, as its users run it: load, unload, write a parameter,
# and read the kernel's log. Works with the driver as a module and built in, with
# any page size, on a real machine or an emulated one. Needs root. With KUnit tests
# in the module, boot with kunit.enable=0: they run at each load otherwise.

DIR=$(dirname "$(readlink -f "$0")")
# shellcheck source-path=SCRIPTDIR source=helpers.sh
. "$DIR/helpers.sh"
# shellcheck source-path=SCRIPTDIR source=page_trace.sh
. "$DIR/page_trace.sh"

# ---- the driver ----

# "name=value ..." into the parameters of a driver that is there already
set_parameters() {
	for setting in "$@"; do
		echo "${setting#*=}" >"$PARAMETERS/${setting%%=*}" 2>>"$ERRORS" ||
			return 1
	done
}

defaults() {
	set_parameters allocator=page verbose=0 max_percent=50
}

# start NR_STRUCTS [name=value ...]
start() {
	wanted=$1
	shift
	if is_module; then
		modprobe $MODULE "nr_structs=$wanted" "$@" 2>>"$ERRORS"
	else
		defaults && set_parameters "$@" "nr_structs=$wanted"
	fi
}

stop() {
	if is_module; then
		rmmod $MODULE 2>>"$ERRORS"
	else
		set_parameters nr_structs=0
	fi
}

clean_up() {
	is_loaded || return 0
	stop >/dev/null 2>&1
	return 0
}

write_nr() {
	echo "$1" 2>>"$ERRORS" >$PARAMETERS/nr_structs
}

read_nr() {
	cat $PARAMETERS/nr_structs
}

thread_pid() {
	for comm in /proc/[0-9]*/comm; do
		read -r name 2>/dev/null <"$comm" || continue
		[ "$name" = k_memory ] || continue
		comm=${comm%/comm}
		echo "${comm#/proc/}"
	done
}

lines_of_lab() {
	pages=$(pages_of "$1")
	if is_module; then
		echo "Loaded kmem_studio module"
	fi
	echo "Hello from thread k_memory. nr_structs=$1"
	echo "Kernel's page size: $PAGE_SIZE${TAB}datatype's size: 32"
	printf 'Number of structs per page: %s\t' $PER_PAGE
	printf 'Number of pages: %s\tThe order is: %s\n' "$pages" "$(order_of "$pages")"
	if [ -n "$2" ]; then
		page=0
		while [ $page -lt "$pages" ]; do
			echo "The first element in the ${page}th page is $((page * PAGE_SIZE / 4))"
			page=$((page + 1))
		done
	fi
	echo "Success!"
	if is_module; then
		echo "Unloaded kmem_studio module"
	fi
}

# ---- tests: each returns 0 if all is as it should be ----

# the log is exactly the lab's lines, in their order
lab_row() {
	start "$1" || { no_memory; return; }
	[ -n "$(thread_pid)" ] && [ "$(read_nr)" = "$1" ] || return 1
	stop || return 1
	expected=$(lines_of_lab "$1")
	[ "$(driver_log)" = "$expected" ] && [ -z "$(thread_pid)" ]
}

lab_verbose() {
	start 200 verbose=1 && stop || return 1
	expected=$(lines_of_lab 200 verbose)
	[ "$(driver_log | grep -v -e '^Blocks of' -e '^Pages on')" = "$expected" ]
}

# the pages of bulk are of one node, whatever policy there is, and that is told
lab_verbose_bulk() {
	start 10000 allocator=bulk verbose=1 && stop || return 1
	log_has "^Bulk calls: [1-9][0-9]*${TAB}that gave one page: [0-9]*${TAB}memory policy: not"
}

lab_chunk() {
	objects=$((PER_PAGE * 79))
	start $objects allocator=chunk && stop || return 1
	log_has '^Success!' || return 1
	# 79 = 64 + 8 + 4 + 2 + 1, if memory is not too fragmented for that
	pages=$(driver_log | sed -n 's/^Blocks of order \([0-9]*\): \([0-9]*\)$/\1 \2/p' |
		while read -r order blocks; do
			echo $((blocks << order))
		done | awk '{ n += $1 } END { print n }')
	nodes=$(driver_log | sed -n 's/^Pages on node [0-9]*: //p' |
		awk '{ n += $1 } END { print n }')
	[ "$pages" = 79 ] && [ "$nodes" = 79 ]
}

# refused PATTERN NR_STRUCTS [name=value ...]: no arena, one line that has the
# pattern, no thread, and no module either
refused() {
	pattern=$1
	shift
	if start "$@"; then
		return 1
	fi
	if is_module; then
		is_loaded && return 1
	fi
	# modprobe of busybox tries twice
	[ "$(driver_log | grep -v "invalid for parameter" | sort -u | wc -l)" -eq 1 ] &&
		log_has "$pattern" && [ -z "$(thread_pid)" ]
}

one_more_than_the_largest_block() {
	largest=$((PER_PAGE << $(max_order)))
	refused "MAX_PAGE_ORDER.*allocator=chunk" $((largest + 1))
}

# the same number is no problem for chunk
chunk_has_no_largest_block() {
	largest=$((PER_PAGE << $(max_order)))
	start $((largest + 1)) allocator=chunk || { no_memory; return; }
	stop && log_has '^Success!'
}

too_many_for_any_block() {
	refused "MAX_PAGE_ORDER" 4294967295
}

more_than_the_share() {
	[ "$TOTAL_PAGES" -lt $((4294967295 / PER_PAGE)) ] ||
		{ skip "so many objects are less than half of RAM"; return; }
	refused "max_percent=50 of low memory" 4294967295 allocator=chunk
}

more_than_a_small_share() {
	refused "max_percent=1 of low memory" $((TOTAL_PAGES * PER_PAGE / 50)) \
		allocator=chunk max_percent=1
}

junk_nr_structs() {
	for junk in junk -1 4294967296 1e3 12x ''; do
		mark
		refused "nr_structs=.* takes a number from 0 to 4294967295" "$junk" ||
			return 1
	done
}

junk_parameters() {
	for junk in allocator=buddy allocator= verbose=2x max_percent=0 \
		    max_percent=91 max_percent=junk; do
		mark
		refused "${junk%%=*}=.* is refused: it takes" 1000 "$junk" || return 1
	done
	mark
	refused 'it takes one of page, chunk, .*, cma' 1000 allocator=buddy
}

idle_at_zero() {
	start 0 || return 1
	[ "$(read_nr)" = 0 ] && [ -z "$(thread_pid)" ] || return 1
	stop || return 1
	! log_has '^Hello' && ! log_has '^Success!'
}

# no parameter given: the module's own
two_thousand_by_default() {
	if grep -qs "^options *$MODULE" /etc/modprobe.d/*; then
		skip "this machine has options of its own for it"
		return
	fi
	modprobe $MODULE 2>>"$ERRORS" || { no_memory; return; }
	[ "$(read_nr)" = 2000 ] && stop && log_has '^Success!'
}

runtime_writes() {
	start 1000 || return 1
	for objects in 2000 200 50000 1; do
		mark
		write_nr $objects || return 1
		[ "$(read_nr)" = $objects ] || return 1
		log_has '^Success!' && log_has "nr_structs=$objects\$" || return 1
	done
	mark
	write_nr 0 || return 1
	[ "$(read_nr)" = 0 ] && [ -z "$(thread_pid)" ] && log_has '^Success!' || return 1
	mark
	write_nr 0 && write_nr 300 && stop && log_has '^Success!'
}

# the lab's arena has one from the load on, and each that takes its place
device_follows_the_arena() {
	start 1000 || return 1
	[ -e /sys/class/kmem_studio/lab ] || return 1
	[ -e $DEVICES ] || { skip "no devtmpfs"; return; }
	[ "$(wc -c <$DEVICES/lab)" -eq 32000 ] || return 1
	write_nr 300 && [ "$(wc -c <$DEVICES/lab)" -eq 9600 ] || return 1
	write_nr 0 && [ ! -e $DEVICES/lab ] || return 1
	write_nr 1 && [ "$(wc -c <$DEVICES/lab)" -eq 32 ] || return 1
	stop && [ ! -e $DEVICES/lab ] && log_has '^Success!'
}

# what is refused before it starts leaves the live arena live and intact
refused_writes_leave_the_arena() {
	start 1000 || return 1
	thread=$(thread_pid)
	for value in 4294967295 $(((PER_PAGE << $(max_order)) + 1)) junk -5; do
		mark
		write_nr "$value" && return 1
		[ "$(driver_log | wc -l)" -eq 1 ] || return 1
		[ "$(read_nr)" = 1000 ] && [ "$(thread_pid)" = "$thread" ] || return 1
	done
	for setting in allocator=none verbose=maybe max_percent=101; do
		mark
		set_parameters $setting && return 1
		[ "$(driver_log | wc -l)" -eq 1 ] || return 1
	done
	[ "$(cat $PARAMETERS/allocator)" = page ] &&
		[ "$(cat $PARAMETERS/max_percent)" = 50 ] || return 1
	mark
	stop && log_has '^Success!'
}

# as many objects as half of what is available holds, or two thirds of what a test may
# take: filling them takes a while
many_objects() {
	pages=$(($(awk '/^MemAvailable/ { print $2 }' /proc/meminfo) * 1024 / PAGE_SIZE / 2))
	if [ $pages -gt $((LOWMEM_PAGES * SHARE / 150)) ]; then
		pages=$((LOWMEM_PAGES * SHARE / 150))
	fi
	echo $((pages * PER_PAGE))
}

# wait_for_hello: until the thread is at work
wait_for_hello() {
	tries=0
	until log_has '^Hello'; do
		tries=$((tries + 1))
		[ $tries -lt 12000 ] || return 1
		usleep 10000 2>/dev/null || sleep 0.01
	done
}

# start a long fill in the background by a write; its exit status is $filler's
fill_in_background() {
	start 0 allocator=chunk || return 1
	mark
	objects=$(many_objects)
	write_nr "$objects" &
	filler=$!
}

# not once of so many tries: on an emulated machine a fill lasts
too_quick() {
	is_emulated && return 1
	skip "each fill was over before it could be disturbed"
}

# a fill that is done before it can be disturbed says nothing: try again
signal_ends_a_fill() {
	for _ in 1 2 3 4 5; do
		fill_in_background && wait_for_hello || return 1
		kill -TERM "$filler"
		wait "$filler" 2>/dev/null && { stop; continue; }
		[ "$(read_nr)" = 0 ] || { stop; continue; }
		log_has 'was given up' && [ -z "$(thread_pid)" ] && stop
		return
	done
	too_quick
}

unload_ends_a_fill() {
	# to start rmmod takes a while: where a fill is short, waiting for its begin is too
	# long, where it is not, the unloading may come first without it
	for try in 1 2 3 4 5 6 7 8; do
		fill_in_background || return 1
		[ $((try % 2)) -eq 1 ] || wait_for_hello || return 1
		stop || return 1
		wait "$filler" 2>/dev/null && continue
		# before its writer ran, it was over or had not begun
		log_has 'was given up' || continue
		! is_loaded && [ -z "$(thread_pid)" ]
		return
	done
	too_quick
}

# half of RAM, where a test may take as much
as_much_as_max_percent() {
	start $((LOWMEM_PAGES * PER_PAGE * SHARE * 49 / 5000)) allocator=chunk \
		"max_percent=$SHARE" || { no_memory; return; }
	stop && log_has '^Success!'
}

concurrent_writers() {
	start 1000 || return 1
	writers=
	for objects in 1 500 4000 20000; do
		(
			for round in 1 2 3 4 5 6 7 8 9 10; do
				write_nr $((objects + round)) || exit 1
			done
		) &
		writers="$writers $!"
	done
	for writer in $writers; do
		wait "$writer" || return 1
	done
	stop || return 1
	# 40 writes end 40 arenas, the stop one more
	[ "$(driver_log | grep -c '^Success!')" -eq 41 ]
}

cpu_time() {
	# utime and stime, counted behind the name's closing parenthesis
	sed 's/.*) //' "/proc/$1/stat" | awk '{ print $12 + $13 }'
}

switches() {
	awk '/ctxt_switches/ { n += $2 } END { print n }' "/proc/$1/status"
}

thread_uses_no_cpu() {
	start 50000 || return 1
	thread=$(thread_pid)
	wait_until grep -q '^State:.S' "/proc/$thread/status" || { stop; return 1; }
	begin=$(seconds_up)
	before="$(cpu_time "$thread") $(switches "$thread")"
	sleep 3
	after="$(cpu_time "$thread") $(switches "$thread")"
	# a sleep that the kernel does not know returns at once
	seconds=$(($(seconds_up) - begin))
	state=$(awk '/^State:/ { print $2 }' "/proc/$thread/status")
	stop
	[ "$before" = "$after" ] && [ "$state" = S ] && [ $seconds -ge 3 ]
}

a_page_that_is_kept_is_missed() {
	pages_can_be_followed || return
	start 0 || return 1
	follow objects
	write_nr 1 && kept_page_is_missed lab write_nr 0 && stop
}

# By loading and unloading, or by writes. The arena's frames are known while it is live.
cycles() {
	round=0
	while [ $round -lt "$1" ]; do
		# keep the mark within what the log holds
		[ $((round % 10)) -ne 0 ] || mark
		follow
		start 50000 "allocator=$2" && follow_frames lab && stop && all_came_free ||
			return
		round=$((round + 1))
	done
}

# What the driver got in between, its objects included, is seen as long as it is there.
writes() {
	start 0 "allocator=$1" && follow objects || return 1
	for objects in 50000 1 1000 0; do
		write_nr $objects || return 1
	done
	all_came_free && stop
}

# CYCLES, or 100, of them, half with each.
cycles_leak_nothing() {
	pages_can_be_followed || return
	half=$((${CYCLES:-100} / 2))
	cycles $half page && cycles $half chunk && writes page && writes chunk
}

tracepoints_tell_each_step() {
	start 0 || return 1
	trace_on || return 1
	write_nr 1000 && write_nr 0 || return 1
	trace_off
	steps=$(sed -n 's/^.*: \([a-z_]*\): [a-z_]*=.*/\1/p' "$TRACE/trace" | tr '\n' ' ')
	stop
	wanted="span_alloc arena_alloc fill live verify arena_free live "
	[ "$steps" = "$(echo "$wanted" | sed 's/[a-z_]* /kmst_&/g')" ]
}

# Write through /dev/mem into a live arena, and see the verification find it. A
# kernel with STRICT_DEVMEM does not allow that.
corruption_is_found() {
	is_emulated || { skip "KMEM_STUDIO_EMULATED is not 1: no write to /dev/mem"; return; }
	start 0 || return 1
	trace_on || return 1
	write_nr 1000 || return 1
	pfn=$(sed -n 's/^.*kmst_span_alloc: pfn=\(0x[0-9a-f]*\) .*/\1/p' "$TRACE/trace")
	# second byte of word 3 of struct 555
	address=$((pfn * PAGE_SIZE + 555 * 32 + 3 * 4))
	[ -c /dev/mem ] || { skip "no /dev/mem"; return; }
	if ! printf '\377' |
	     dd of=/dev/mem bs=1 seek=$((address + 1)) conv=notrunc 2>>"$ERRORS"; then
		grep -q 'not permitted' "$ERRORS" && skip "/dev/mem is not to be written"
		return
	fi
	mark
	write_nr 0 && return 1
	word=$((555 * 8 + 3))
	line=$(printf 'page: %d\tstruct: 555\tindex: 3\tphysical address: 0x0*%x' \
		$((word * 4 / PAGE_SIZE)) $address)
	line=$(printf '%s\texpected: %d\tgot: %d' "$line" $word $((word | 0xff00)))
	line=$(printf '%s\tagain: %d' "$line" $((word | 0xff00)))
	log_has "^Mismatch in $line\$" || return 1
	log_has '^Verification failed: 1 of ' || return 1
	log_has '^Success!' && return 1
	grep -q 'kmst_mismatch: arena=lab word=4443 .* got=0xff5b again=0xff5b$' \
		"$TRACE/trace" || return 1
	[ "$(read_nr)" = 0 ] && [ -z "$(thread_pid)" ] && stop
}

# the kernel says these of a module from another tree, which is the same driver
kernels_lines_are_not_the_drivers() {
	[ "$(of_the_driver <<-END
	[    1.0] $MODULE: loading out-of-tree module taints kernel.
	[    1.1] $MODULE: module verification failed: signature and/or required key missing
	[    1.2] $MODULE: a line of its own
	[    1.3] another: line
	END
	)" = "a line of its own" ]
}

# the driver as it was: its parameters, loaded or not
end() {
	[ -n "$OURS" ] || { put_back; return; }
	clean_up
	if [ -n "$WERE" ]; then
		is_loaded || modprobe $MODULE nr_structs=0
		# shellcheck disable=SC2086 # one parameter a word
		set_parameters $WERE
	fi
	put_back
}

parameters_now() {
	for parameter in allocator verbose max_percent; do
		echo "$parameter=$(cat $PARAMETERS/$parameter)"
	done
}

OURS=
WERE=
needs_root
end_at_exit
needs_driver
if is_loaded; then
	needs_no_arena
	WERE=$(parameters_now)
fi
OURS=1

ROWS="1 200 1000 2000 4000 10000 50000 $((PER_PAGE << $(max_order)))"
ktap_set_plan $((8 + 25))

for row in $ROWS; do
	run "lab nr_structs=$row" lab_row "$row"
done
run "the kernel's lines about modules are not the driver's" kernels_lines_are_not_the_drivers
run "lab verbose=1" lab_verbose
run "lab allocator=bulk verbose=1" lab_verbose_bulk
run "lab allocator=chunk" lab_chunk
run "one object more than the largest block" one_more_than_the_largest_block
run "chunk has no largest block" chunk_has_no_largest_block
run "4294967295 objects in one block" too_many_for_any_block
run "more than half of RAM" more_than_the_share
run "more than max_percent=1" more_than_a_small_share
run "junk in nr_structs" junk_nr_structs
run "junk in the other parameters" junk_parameters
run "nr_structs=0 is idle" idle_at_zero
if is_module; then
	run "2000 objects by default" two_thousand_by_default
else
	ktap_test_skip "2000 objects by default: the driver is built in"
fi
run "writes of nr_structs at run time" runtime_writes
run "the device follows the arena" device_follows_the_arena
run "refused writes leave the live arena" refused_writes_leave_the_arena
run "a signal ends a fill" signal_ends_a_fill
if is_module; then
	run "unloading ends a fill" unload_ends_a_fill
else
	ktap_test_skip "unloading ends a fill: the driver is built in"
fi
run "$SHARE% of RAM" as_much_as_max_percent
run "concurrent writers" concurrent_writers
run "the thread uses no CPU" thread_uses_no_cpu
run "a page that is kept is missed" a_page_that_is_kept_is_missed
run "cycles leak nothing" cycles_leak_nothing
if [ -n "$TRACE" ]; then
	run "tracepoints tell each step" tracepoints_tell_each_step
	run "corruption is found" corruption_is_found
else
	ktap_test_skip "tracepoints tell each step: no tracefs"
	ktap_test_skip "corruption is found: no tracefs"
fi

ktap_finished
