#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Benches, pressures and the probe of kmem_studio, as their users use them. Nothing here
# passes or fails by time: what is checked is what was counted. Needs root.

DIR=$(dirname "$(readlink -f "$0")")
# shellcheck source-path=SCRIPTDIR source=helpers.sh
. "$DIR/helpers.sh"
# shellcheck source-path=SCRIPTDIR source=page_trace.sh
. "$DIR/page_trace.sh"
# shellcheck source-path=SCRIPTDIR source=arena_helpers.sh
. "$DIR/arena_helpers.sh"

BENCHES=$STUDIO/benches
PRESSURES=$STUDIO/pressures
CPU1=/sys/devices/system/cpu/cpu1/online
# 1 or 0, or nothing where it cannot be switched
CPU1_WAS=$([ ! -w $CPU1 ] || cat $CPU1)

# what put, get and is take for the name of an arena
in_bench() {
	echo "../benches/$1"
}

in_pressure() {
	echo "../pressures/$1"
}

clean_up() {
	rmdir "$BENCHES"/*/ "$PRESSURES"/*/ "$ARENAS"/*/ 2>/dev/null
	wait_until no_thread 'kmst_bench/.*'
	wait_until no_thread 'kmst/.*'
	put_percent "$SHARE"
	[ -z "$CPU1_WAS" ] || [ "$(cat $CPU1)" = "$CPU1_WAS" ] || echo "$CPU1_WAS" >$CPU1
	return 0
}

# bench NAME [FILE=VALUE...]: make and configure one
bench() {
	bench=$1
	shift
	mkdir "$BENCHES/$bench" 2>>"$ERRORS" || return 1
	for setting in "$@"; do
		put "../benches/$bench" "${setting%%=*}" "${setting#*=}" || return 1
	done
}

# pressure NAME [FILE=VALUE...]
pressure() {
	pressure=$1
	shift
	mkdir "$PRESSURES/$pressure" 2>>"$ERRORS" || return 1
	for setting in "$@"; do
		put "../pressures/$pressure" "${setting%%=*}" "${setting#*=}" || return 1
	done
}

# runs NAME: to the end, all of it
runs() {
	put "../benches/$1" run 1 || return 1
	cpus=$(count_cpus "$(get "../benches/$1" cpus)")
	is "../benches/$1" state "done" && is "../benches/$1" error 0 &&
		is "../benches/$1" failures 0 && is "../benches/$1" failed_order "" &&
		is "../benches/$1" ops $(($(get "../benches/$1" held) *
			$(get "../benches/$1" rounds) * cpus))
}

# numbers in a list such as 0-2,5
count_cpus() {
	echo "$1" | tr ',' '\n' | awk -F- '{ n += NF > 1 ? $2 - $1 + 1 : 1 } END { print n }'
}

online() {
	cat /sys/devices/system/cpu/online 2>/dev/null || echo 0
}

# numbers 0 and 1, one behind the other in that list
has_two_cpus() {
	online | tr ',' '\n' | awk -F- '$1 == 0 && $NF > 0 { two = 1 } END { exit !two }'
}

# long NAME: a bench that takes as long as it is let
long() {
	bench "$1" rounds=10000 "held=$((LOWMEM_PAGES / 20))" pattern=fifo
}

is_running() {
	[ "$(get "../benches/$1" state)" = running ]
}

is_done() {
	[ "$(get "../benches/$1" state)" = "done" ]
}

# start NAME: in the background; the process is $WRITER, its status comes to $ERRORS.status
start() {
	rm -f "$ERRORS.status"
	(
		# not a program of its own: it is to be killed itself
		exec sh -c 'echo 1 >"$0" 2>>"$1.write"; echo $? >"$1.status"' \
			"$BENCHES/$1/run" "$ERRORS"
	) &
	WRITER=$!
	wait_until is_running "$1"
}

# start_next NAME: as start, but as soon as the run of somebody else is over. By a program:
# not every shell says what the error of a write was.
start_next() {
	rm -f "$ERRORS.status"
	(
		exec sh -c '
			status=0
			until echo 1 | dd of="$0" 2>"$1.write"; do
				grep -qi busy "$1.write" || { status=1; break; }
			done
			echo $status >"$1.status"' "$BENCHES/$1/run" "$ERRORS"
	) &
	WRITER=$!
}

# ---- benches ----

defaults_are_as_documented() {
	bench a || return 1
	a=$(in_bench a)
	is "$a" allocator page && is "$a" gfp KERNEL && is "$a" node -1 &&
		is "$a" bytes "$PAGE_SIZE" && is "$a" order 0 && is "$a" pattern hot &&
		is "$a" seed 0 && is "$a" held 1000 &&
		is "$a" held_bytes $((1000 * PAGE_SIZE)) && is "$a" rounds 30 &&
		is "$a" warmup 3 && is "$a" touch 0 && is "$a" state idle &&
		is "$a" error 0 && is "$a" ops 0 && is "$a" failures 0 &&
		is "$a" failed_order "" &&
		is "$a" alloc_mean_ns "" && is "$a" clock_cost_ns ""
}

# ordered NAME PHASE: the figures of a phase, as thousandths
ordered() {
	last=0
	for figure in min p50 p90 p99 p999 max; do
		now=$(get "../benches/$1" "${2}_${figure}_ns" | tr -d .)
		[ "$now" -ge "$last" ] || {
			ktap_print_msg "$1/${2}_${figure}_ns is less than the one before"
			return 1
		}
		last=$now
	done
	[ "$last" -gt 0 ] && [ -n "$(get "../benches/$1" "${2}_mean_ns")" ] &&
		[ -n "$(get "../benches/$1" "${2}_ci95_ns")" ]
}

# each CPU's values in the histogram are all values, for every phase that was measured
histogram_is_whole() {
	awk -F"$TAB" -v ops="$(get "../benches/$1" ops)" -v touch="$2" '
		NR > 1 && $1 == "all" { a += $4; f += $5; t += $6 }
		NR > 1 && $1 != "all" { ca += $4; cf += $5; ct += $6 }
		NR > 1 && $3 + 0 <= $2 + 0 { bad = 1 }
		END {
			exit !(!bad && a == ops && f == ops && t == ops * touch &&
				ca == a && cf == f && ct == t)
		}' "$SHOWN/benches/$1/histogram"
}

# a line a round; frequencies where the kernel knows them
rounds_are_told() {
	khz=1
	[ -e /sys/devices/system/cpu/cpu0/cpufreq ] || khz=0
	awk -F"$TAB" -v ops="$(get "../benches/$1" ops)" -v khz=$khz \
	    -v rounds="$(get "../benches/$1" rounds)" '
		NF != 7 { bad = 1 }
		NR == 1 { bad += $1 != "round" || $7 != "throttled"; next }
		{ sum += $2; bad += $1 != NR - 1 || $3 == "" || $4 == "" }
		khz ? !$5 || !$6 || $7 == "" : $5 $6 $7 != "" { bad = 1 }
		END { exit !(!bad && NR == rounds + 1 && sum == ops) }' "$SHOWN/benches/$1/rounds"
}

# driver_is_told BENCH: a sum of its source, or that it came with the kernel
driver_is_told() {
	if is_module; then
		grep -q "^driver${TAB}[0-9A-F]\{23\}\$" "$SHOWN/benches/$1/context"
	else
		grep -q "^driver${TAB}built in\$" "$SHOWN/benches/$1/context"
	fi
}

a_run_has_figures() {
	bench a pattern=random held=500 rounds=10 touch=1 && runs a || return 1
	ordered a alloc && ordered a free && ordered a touch || return 1
	[ -n "$(get ../benches/a clock_resolution_ns)" ] &&
		[ -n "$(get ../benches/a meaningful_ns)" ] &&
		[ "$(get ../benches/a batch)" -ge 1 ] || return 1
	[ -r "$SHOWN/benches" ] || return 0
	histogram_is_whole a 1 && rounds_are_told a &&
		grep -q "^alloc " "$SHOWN/benches/a/summary" &&
		grep -q "^page_size$TAB$PAGE_SIZE\$" "$SHOWN/benches/a/context" &&
		driver_is_told a &&
		grep -q "^release$TAB$(uname -r)\$" "$SHOWN/benches/a/context"
}

preemption_is_told() {
	preemption=$(sed -n "s/^preemption$TAB//p" "$1")
	case $(uname -v) in
	*PREEMPT_RT*) [ "$preemption" = rt ] ;;
	# that is chosen at boot
	*PREEMPT_DYNAMIC*)
		[ ! -r "$SHOWN/../sched/preempt" ] ||
			grep -q "($preemption)" "$SHOWN/../sched/preempt"
		;;
	*PREEMPT*) [ "$preemption" = full ] || [ "$preemption" = lazy ] ;;
	*) [ "$preemption" = none ] || [ "$preemption" = voluntary ] ;;
	esac
}

# what costs in each allocation, and can be seen in debugfs, too
context_has_what_costs() {
	[ -r "$SHOWN/benches" ] || { skip "debugfs is not mounted"; return; }
	bench a held=10 rounds=1 && runs a || return 1
	context=$SHOWN/benches/a/context
	preemption_is_told "$context" && grep -q "^hz${TAB}[1-9][0-9]*\$" "$context" || return 1
	for seen in KMEMLEAK:kmemleak KFENCE:kfence KCSAN:kcsan PAGE_OWNER:page_owner \
		    FAILSLAB:failslab FAIL_PAGE_ALLOC:fail_page_alloc; do
		[ ! -e "$SHOWN/../${seen#*:}" ] ||
			grep -q "^checks$TAB\(.* \)*${seen%%:*} " "$context" || return 1
	done
}

# what the CPU counts is empty where there is nothing to count with
counters_are_told() {
	bench a held=100 rounds=3 pattern=fifo && runs a || return 1
	cycles=$(get ../benches/a alloc_cycles)
	if [ -z "$(find /sys/bus/event_source/devices/ -name 'armv8*' 2>/dev/null)" ]; then
		[ -d /sys/bus/event_source/devices ] || [ -z "$cycles" ] || return 1
		skip "no counters of an ARMv8 CPU"
		return
	fi
	[ "${cycles%.*}" -gt 0 ] && [ -z "$(get ../benches/a pair_cycles)" ] || return 1
	# in turn, they are counted together; and not with what touch does
	put ../benches/a pattern hot && runs a &&
		[ -z "$(get ../benches/a alloc_cycles)" ] &&
		[ -n "$(get ../benches/a pair_cycles)" ] || return 1
	put ../benches/a touch 1 && runs a && [ -z "$(get ../benches/a pair_cycles)" ]
}

# a table that was opened before another run, and what is left of it then
an_open_table_is_of_one_run() {
	[ -r "$SHOWN/benches" ] || { skip "debugfs is not mounted"; return; }
	bench a held=10 rounds=2 && runs a || return 1
	exec 5<"$SHOWN/benches/a/summary" 6<"$SHOWN/benches/a/histogram"
	put ../benches/a held 20 && runs a && put ../benches/a held 30
	status=$?
	summary=$(cat <&5)
	ops=$(awk -F"$TAB" '$1 == "all" { a += $4 } END { print a }' <&6)
	exec 5<&- 6<&-
	[ $status -eq 0 ] && [ "$ops" = 20 ] || return 1
	echo "$summary" | grep -q ' 10 held by ' && echo "$summary" | grep -q '^20 operations' &&
		grep -q ' 20 held by ' "$SHOWN/benches/a/summary" &&
		grep -q '^40 operations' "$SHOWN/benches/a/summary"
}

one_round_has_no_interval() {
	bench a rounds=1 held=10 && runs a && is "$(in_bench a)" alloc_ci95_ns "" &&
		[ -n "$(get ../benches/a alloc_mean_ns)" ]
}

# one that was added may have no single allocations
is_known() {
	case $1 in
	page | chunk | exact | folio | bulk | highmem | kmalloc | kmalloc_object) ;;
	slab | vmalloc | kvmalloc | cma) ;;
	*) return 1 ;;
	esac
}

# every allocator of the table, in every order
all_of_them_run() {
	patterns="hot fifo lifo random"
	cpus=0
	if has_two_cpus; then
		patterns="$patterns cross"
		cpus=0-1
	fi
	bench a held=50 rounds=2 warmup=1 cpus=$cpus || return 1
	# names are words
	# shellcheck disable=SC2013
	for allocator in $(cut -f 1 $STUDIO/allocators); do
		put ../benches/a allocator "$allocator" || return 1
		for pattern in $patterns; do
			put ../benches/a pattern "$pattern" || return 1
			mark
			runs a && continue
			[ "$allocator" = cma ] && log_has 'this kernel has no such memory' &&
				break
			is_known "$allocator" || ! log_has 'makes no single allocations' || break
			ktap_print_msg "$allocator, $pattern"
			return 1
		done
	done
}

every_order_of_block() {
	bench a held=2 rounds=2 warmup=0 pattern=fifo || return 1
	order=-1
	ran=0
	while [ $((order += 1)) -le "$(max_order)" ]; do
		put ../benches/a order $order && is "$(in_bench a)" order $order &&
			is "$(in_bench a)" bytes $((PAGE_SIZE << order)) || return 1
		mark
		runs a && { ran=$((ran + 1)); continue; }
		# with 64K pages the largest are more than the share of all of it
		log_has 'or raise max_percent' && continue
		# a machine may have no block so large
		log_has 'not one allocation' || [ "$(get ../benches/a failures)" -gt 0 ] ||
			return 1
		is "$(in_bench a)" failed_order $order || return 1
	done
	[ $ran -gt 0 ] && fails_with "Invalid argument" put ../benches/a order $order
}

sizes_are_taken() {
	bench a allocator=kmalloc held=100 rounds=2 || return 1
	for bytes in 1 2 3 7 8 100 1000 5000 100000; do
		put ../benches/a bytes $bytes && runs a || return 1
	done
	put ../benches/a held_bytes 1000000 && is "$(in_bench a)" held 10
}

bad_values_are_refused() {
	bench a || return 1
	for setting in allocator=buddy allocator= pattern=filo node=-2 node=x gfp=NOTHING \
		       bytes=0 bytes=-1 bytes=x order=-1 order=99 held=0 held=16777217 held=x \
		       held_bytes=0 rounds=0 rounds=10001 warmup=10001 touch=2 touch= cpus= \
		       cpus=x cpus=1-0 cpus=100000 seed=-1 run=0 run=x; do
		file=${setting%%=*}
		before=
		[ ! -r "$BENCHES/a/$file" ] || before=$(get ../benches/a "$file" 2>/dev/null)
		mark
		fails_with "Invalid argument" put ../benches/a "$file" "${setting#*=}" || return 1
		[ "$(driver_log | wc -l)" -eq 1 ] &&
			log_has "^benches/a: $file=.* is refused: it takes " || return 1
		[ -z "$before" ] || is ../benches/a "$file" "$before" || return 1
	done
}

results_cannot_be_written() {
	bench a || return 1
	for file in state error ops failures failed_order fallbacks batch \
		    clock_resolution_ns clock_cost_ns meaningful_ns pair_cycles \
		    pair_instructions alloc_mean_ns free_p999_ns touch_max_ns alloc_cycles \
		    free_instructions; do
		[ "$(stat -c %a "$BENCHES/a/$file")" = 444 ] || return 1
		put ../benches/a $file 1 && return 1
	done
	return 0
}

# refused ERRNO'S TEXT LOG: the run of bench a
refused() {
	mark
	fails_with "$1" put ../benches/a run 1 && log_has "^benches/a: $2" &&
		is ../benches/a state "done" && is ../benches/a ops 0 &&
		! is ../benches/a error 0 >/dev/null
}

# In 64 bits so many pages are none.
more_than_can_be_counted_is_refused() {
	put ../benches/a bytes $((1 << 62)) 2>>"$ERRORS" || return 0
	put ../benches/a pattern fifo && put ../benches/a allocator chunk &&
		put ../benches/a held $((4 * PAGE_SIZE)) && refused "Argument list too long" \
		"held=$((4 * PAGE_SIZE)) needs .*max_percent=$SHARE"
}

impossible_runs_are_refused() {
	bench a bytes=$(((PAGE_SIZE << $(max_order)) + 1)) || return 1
	refused "Argument list too long" "bytes=.* gives .* bytes at most" || return 1
	put ../benches/a order 0 && put ../benches/a pattern fifo &&
		put ../benches/a held 16777216 || return 1
	refused "Argument list too long" "held=16777216 needs .*max_percent=$SHARE" || return 1
	put ../benches/a held 10 && put ../benches/a pattern cross || return 1
	refused "Invalid argument" "pattern=cross is refused" || return 1
	put ../benches/a pattern hot && put ../benches/a gfp "HIGHUSER_MOVABLE" || return 1
	refused "Invalid argument" "allocator=page is not run: it takes no gfp" || return 1
	put ../benches/a gfp ATOMIC && put ../benches/a allocator vmalloc || return 1
	refused "Invalid argument" "allocator=vmalloc is not run: it has to sleep" || return 1
	put ../benches/a gfp KERNEL && more_than_can_be_counted_is_refused
}

names_are_checked() {
	fails_with "Invalid argument" mkdir_bench "a b" &&
		fails_with "too long" mkdir_bench 01234567890123456789012345678901 || return 1
	mkdir "$PRESSURES/a b" 2>/dev/null && return 1
	log_has "^benches/a b is not made" && log_has "^pressures/a b is not made" &&
		log_has "^benches/0123456789012345678901234567890... is not made" &&
		mkdir "$BENCHES/A-b_c.9"
}

a_running_bench_is_not_configured() {
	long a && held=$(get ../benches/a held) && start a || return 1
	for setting in allocator=slab held=1 bytes=1 pattern=hot cpus=0 touch=1 run=1; do
		mark
		fails_with "busy" put ../benches/a "${setting%%=*}" "${setting#*=}" || return 1
		log_has "^benches/a: .* the bench runs" || return 1
	done
	is ../benches/a held "$held" && is_running a && rmdir "$BENCHES/a" &&
		wait_until status_is_there
}

status_is_there() {
	[ -s "$ERRORS.status" ]
}

rmdir_ends_a_run() {
	long a && start a && rmdir "$BENCHES/a" || return 1
	wait_until status_is_there && wait_until no_thread 'kmst_bench/.*' || return 1
	[ "$(cat "$ERRORS.status")" != 0 ] && [ ! -e "$BENCHES/a" ]
}

killing_the_writer_ends_a_run() {
	long a && start a || return 1
	kill -KILL "$WRITER"
	wait "$WRITER" 2>/dev/null
	wait_until is_done a && is ../benches/a error -4 &&
		wait_until no_thread 'kmst_bench/.*' || return 1
	# and it can be used again
	put ../benches/a held 10 && put ../benches/a rounds 2 && runs a
}

# the threads of a run tell it from another: a shell writes again when it was interrupted
threads_of_runs() {
	grep -lxE 'kmst_bench/.*' /proc/[0-9]*/comm 2>/dev/null
}

# a run has state "running" before it has its thread, which goes to $before
thread_is_there() {
	before=$(threads_of_runs)
	[ -n "$before" ]
}

# are there threads, and none of those in $before?
others_run() {
	seen=$(threads_of_runs)
	[ -n "$seen" ] && ! echo "$seen" | grep -qxF "$before"
}

# it begins when the run before sees that nobody waits for it any more
the_next_writers_run_goes_on() {
	n=0
	while [ $n -lt 2 ]; do
		long a && start a || return 1
		wait_until thread_is_there || return 1
		killed=$WRITER
		start_next a
		kill -KILL "$killed"
		wait "$killed" 2>/dev/null
		wait_until others_run && is_running a || return 1
		# all of them
		sleep 1
		seen=$(threads_of_runs)
		sleep 1
		[ -n "$seen" ] && [ "$(threads_of_runs)" = "$seen" ] || return 1
		is_running a && ! status_is_there || return 1
		rmdir "$BENCHES/a" && wait_until status_is_there || return 1
		n=$((n + 1))
	done
}

cpus_go_offline() {
	[ -n "$CPU1_WAS" ] || { skip "no CPU can be taken offline"; return; }
	[ "$CPU1_WAS" = 1 ] || { skip "CPU 1 is offline, and stays so"; return; }
	bench a rounds=10000 "held=$((LOWMEM_PAGES / 20))" pattern=fifo cpus=0-1 && start a &&
		wait_until thread_is_there || return 1
	echo 0 >$CPU1 || return 1
	wait_until is_done a && is ../benches/a error -6 &&
		log_has "^benches/a: the run was ended: one of its CPUs went offline" || return 1
	mark
	fails_with "No such device or address" put ../benches/a run 1 &&
		log_has "^benches/a: not run: CPU 1 of cpus is offline" || return 1
	echo 1 >$CPU1 && put ../benches/a rounds 2 && put ../benches/a held 10 && runs a
}

# nobody else's bench, pressure or arena is removed: a test does not begin
what_others_have_stays() {
	for folder in "$BENCHES" "$PRESSURES" "$ARENAS"; do
		mkdir "$folder/a" || return 1
		(needs_no_arena) >"$ERRORS.said"
		[ $? -eq "$KSFT_SKIP" ] && grep -q 'in use' "$ERRORS.said" && rmdir "$folder/a" ||
			return 1
	done
	(needs_no_arena) || return 1
}

a_cpu_that_is_offline_stays_so() {
	[ "$CPU1_WAS" = 1 ] || { skip "no CPU can be taken offline"; return; }
	echo 0 >$CPU1 && CPU1_WAS=0 || return 1
	clean_up
	CPU1_WAS=1
	[ "$(cat $CPU1)" = 0 ]
}

# more rounds than there is memory for, if one of them were not given back
nothing_is_left_held() {
	bytes=$((LOWMEM_PAGES * PAGE_SIZE / 20))
	for allocator in page slab vmalloc chunk; do
		bench a allocator=$allocator pattern=random rounds=25 warmup=0 touch=1 \
			bytes=$((8 * PAGE_SIZE)) "held_bytes=$bytes" || return 1
		put ../benches/a run 1 || no_memory || return
		is ../benches/a error 0 && rmdir "$BENCHES/a" || return 1
	done
}

# blocks of order 4 that threads of runs got, and how many of them did not come free
# shellcheck disable=SC2016 # a program of awk has its own variables
BLOCKS_PROGRAM='
	function value(name,  at) {
		at = substr($0, index($0, name "=") + length(name) + 1)
		sub(/ .*/, "", at)
		return at
	}
	/^ *kmst_bench\/.*: mm_page_alloc: .* order=4 / {
		got++
		held[value("pfn")] = 1
	}
	/: mm_page_free: / { delete held[value("pfn")] }
	END {
		for (pfn in held)
			kept++
		print got + 0, kept + 0
	}'

# each block is followed; one whose coming free the record does not tell is missed
a_run_keeps_no_block() {
	pages_can_be_followed || return
	bench a order=4 held=10 rounds=3 warmup=0 pattern=random || return 1
	# shellcheck disable=SC2119 # pages alone
	follow
	event kmem/mm_page_alloc 1
	put ../benches/a run 1 || no_memory || return
	follow_no_more
	if events_were_lost; then
		is_emulated && return 1
		skip "this machine is not quiet: $TRACE_KB KB a CPU were full of events"
		return
	fi
	kept=$(awk "$BLOCKS_PROGRAM" "$TRACE/trace")
	# before its rounds a run tries how long they take
	if [ "${kept% *}" -lt 30 ] || [ "${kept#* }" != 0 ]; then
		ktap_print_msg "blocks that runs got, and kept: $kept"
		return 1
	fi
	pfn=$(sed -n '/^ *kmst_bench/s/.*: mm_page_alloc: .*pfn=\(0x[0-9a-f]*\) order=4 .*/\1/p' \
		"$TRACE/trace" | tail -n 1)
	kept=$(sed "/: mm_page_free: .*pfn=$pfn order=/d" "$TRACE/trace" | awk "$BLOCKS_PROGRAM")
	[ "${kept#* }" = 1 ]
}

sixty_four_at_once() {
	n=0
	while [ $n -lt 64 ]; do
		bench "b$n" held=100 rounds=5 pattern=fifo || return 1
		n=$((n + 1))
	done
	while [ $n -gt 0 ]; do
		n=$((n - 1))
		put "../benches/b$n" run 1 &
	done
	wait
	for name in "$BENCHES"/*; do
		is "../benches/${name##*/}" ops 500 && is "../benches/${name##*/}" error 0 ||
			return 1
	done
}

at_most_256_benches() {
	seq 0 255 | sed "s,^,$BENCHES/b," | xargs mkdir 2>>"$ERRORS" || return 1
	fails_with "No space left" mkdir_bench one-more &&
		log_has "^benches/one-more is not made: there are 256" || return 1
	rmdir "$BENCHES/b0" && mkdir_bench one-more
}

mkdir_bench() {
	mkdir "$BENCHES/$1" 2>>"$ERRORS"
}

unloading_waits_for_them() {
	mkdir_bench a || return 1
	rmmod $MODULE 2>>"$ERRORS" && return 1
	is_loaded && rmdir "$BENCHES/a" && mkdir "$PRESSURES/a" || return 1
	rmmod $MODULE 2>>"$ERRORS" && return 1
	is_loaded
}

# ---- pressures ----

pressures_have_defaults() {
	pressure a || return 1
	a=$(in_pressure a)
	is "$a" kind fragment && is "$a" order 9 && is "$a" node -1 && is "$a" max_percent 100 &&
		is "$a" min_free_bytes 16777216 && is "$a" leave_bytes 67108864 &&
		is "$a" every 2 && is "$a" movable 0 && is "$a" live 0 &&
		is "$a" pages_held 0 && is "$a" ended "" || return 1
	for setting in kind=x order=99 node=-2 max_percent=0 max_percent=101 min_free_bytes=-1 \
		       leave_bytes=x every=0 every=1025 movable=2 live=2; do
		mark
		fails_with "Invalid argument" put "$a" "${setting%%=*}" "${setting#*=}" &&
			log_has "^pressures/a: ${setting%%=*}=.* is refused: it takes" || return 1
	done
}

# blocks FILE ORDER COLUMN: of the table of a pressure
blocks() {
	awk -v order="$2" -v column="$3" '$1 == order { print $column }' "$PRESSURES/$1/free_blocks"
}

# but for the area for DMA, and for what was freed meanwhile
no_larger_blocks() {
	is_emulated || return 0
	awk -v most=$((${CMA_KB:-0} / (PAGE_SIZE / 1024) + 256)) '
		# not every awk has powers
		function block(order, pages) {
			for (pages = 1; order > 0; order--)
				pages *= 2
			return pages
		}
		$1 >= 4 { sum += $3 * block($1) }
		END { exit sum > most }' "$PRESSURES/a/free_blocks"
}

# who asks for one does not get it, or makes the kernel work for it
large_blocks_are_hard_to_get() {
	is_emulated && [ -r "$SHOWN/probe" ] || return 0
	awk -v order="$(max_order)" '
		$1 == "page" && $2 == order { seen = 1; easy = $3 == "8/8" && $6 + $7 == 0 }
		END { exit !seen || easy }' "$SHOWN/probe"
}

# one page of each block: there is less of the order than before, and none for who wants it
fragments() {
	pressure a order=4 live=1 || return 1
	a=$(in_pressure a)
	[ "$(get "$a" pages_held)" -gt 0 ] && is "$a" live 1 || return 1
	case $(get "$a" ended) in
	"no block")
		# what is left of the order is set aside for DMA
		awk '$1 == 4 && $3 > 16 { bad = 1 } END { exit bad }' \
			"$PRESSURES/a/free_blocks" || return 1
		awk '$1 == 4 && $3 <= $2 { bad = 1 } END { exit bad }' \
			"$PRESSURES/a/unusable_percent" || return 1
		no_larger_blocks && large_blocks_are_hard_to_get || return 1
		;;
	max_percent | min_free_bytes) ;;
	*) return 1 ;;
	esac
	fails_with "busy" put "$a" live 1 && fails_with "busy" put "$a" order 3 || return 1
	put "$a" live 0 && is "$a" pages_held 0 && is "$a" live 0 && put "$a" live 1 &&
		rmdir "$PRESSURES/a"
}

free_bytes() {
	echo $(($(awk '/^MemFree/ { print $2 }' /proc/meminfo) * 1024))
}

# of what it takes from: no high memory, and not the area for DMA
low_free_bytes() {
	echo $(($(awk '/^(MemFree|LowFree)/ { free = $2 } /^CmaFree/ { area = $2 }
		END { print free - area }' /proc/meminfo) * 1024))
}

# others may use up memory, too
leaves() {
	is_emulated || return 0
	[ "$(low_free_bytes)" -ge $(($1 - 8388608)) ]
}

# it stops at what comes first, and never below what is to be left
fill_leaves_memory() {
	leave=$(($(low_free_bytes) / 2))
	pressure a kind=fill leave_bytes=$leave live=1 || return 1
	a=$(in_pressure a)
	[ "$(get "$a" pages_held)" -gt 0 ] && leaves $leave || return 1
	case $(get "$a" ended) in
	leave_bytes | max_percent | min_free_bytes | "no block") ;;
	*) return 1 ;;
	esac
	put "$a" live 0 && is "$a" pages_held 0 || return 1
	# the same by the other limit
	put "$a" leave_bytes 0 && put "$a" min_free_bytes $leave && put "$a" live 1 &&
		[ "$(get "$a" pages_held)" -gt 0 ] && leaves $leave || return 1
	case $(get "$a" ended) in
	max_percent | min_free_bytes | "no block") ;;
	*) return 1 ;;
	esac
	put "$a" live 0 && is "$a" pages_held 0 || return 1
	put "$a" leave_bytes $((1 << 62)) && put "$a" live 1 && is "$a" pages_held 0 &&
		is "$a" ended leave_bytes
}

takes_memory() {
	put "../pressures/$1" live 1 && [ "$(get "../pressures/$1" pages_held)" -gt 0 ] && return
	put "../pressures/$1" live 0
	return 1
}

# A program that needs what is held gets it, and nothing is killed for it.
pressures_give_way() {
	is_emulated || { skip "it takes most of the memory of the machine"; return; }
	put_percent 90
	pressure a kind=fill leave_bytes=0 min_free_bytes=8388608 live=1 || return 1
	half=$(($(get ../pressures/a pages_held) * (PAGE_SIZE / 1024) / 2))
	[ $half -gt 1024 ] || { skip "too little could be held"; return; }
	dd if=/dev/zero of=/dev/null bs=${half}k count=1 2>>"$ERRORS" || return 1
	is ../pressures/a ended lost && is ../pressures/a pages_held 0 || return 1
	# nothing is in the way of another one, once what the program had is free again
	wait_until takes_memory a && put ../pressures/a live 0
}

holds_runs_of_the_area() {
	pressure a kind=cma order=3 || return 1
	if ! put ../pressures/a live 1; then
		log_has 'this kernel has no area for DMA' && skip "no area for DMA" && return 1
		[ -n "$REASON" ] && return "$KSFT_SKIP"
		return 1
	fi
	[ "$(get ../pressures/a pages_held)" -gt 0 ] && put ../pressures/a live 0 &&
		is ../pressures/a pages_held 0
}

# single pages are never of the area
blocks_instead_of_the_area_are_told() {
	[ "${CMA_KB:-0}" -gt 0 ] || { skip "no area for DMA"; return; }
	bench a allocator=cma order=0 held=5 rounds=2 warmup=1 pattern=fifo && runs a &&
		is ../benches/a fallbacks 10 || return 1
	[ ! -r "$SHOWN/benches" ] ||
		grep -q '^10 allocations came from elsewhere' "$SHOWN/benches/a/summary" || return 1
	put ../benches/a allocator page && runs a && is ../benches/a fallbacks 0 || return 1
	# what is free of it is free in one piece where nobody else uses it
	is_emulated || return 0
	put ../benches/a allocator cma && put ../benches/a order 1 && runs a &&
		is ../benches/a fallbacks 0
}

# what kmalloc() cannot give are areas of vmalloc()
areas_of_kvmalloc_are_told() {
	most=$((PAGE_SIZE << $(max_order)))
	[ $most -le 33554432 ] || { skip "kmalloc() gives $most bytes, more is much"; return; }
	bench a allocator=kvmalloc bytes=$((most + 1)) held=2 rounds=2 warmup=0 pattern=fifo ||
		return 1
	put ../benches/a run 1 || no_memory || return
	is ../benches/a fallbacks 4 || return 1
	[ ! -r "$SHOWN/benches" ] ||
		grep -q '^4 allocations came from elsewhere' "$SHOWN/benches/a/summary" || return 1
	put ../benches/a bytes 100 && runs a && is ../benches/a fallbacks 0
}

state_of() {
	cut -d ' ' -f 3 "/proc/$1/stat" 2>/dev/null
}

stands_still() {
	case $(state_of "$1") in
	T | Z | "") ;;
	*) return 1 ;;
	esac
}

# A writer that is held up between two turns of taking
stops_taking() {
	pressure a order=1 || return 1
	a=$(in_pressure a)
	# not a program of its own: it is to be stopped itself
	( exec sh -c 'echo 1 >"$0" 2>/dev/null' "$PRESSURES/a/live" ) &
	writer=$!
	until [ "$(get "$a" live)" = 1 ] || ! kill -0 "$writer" 2>/dev/null; do :; done
	kill -STOP "$writer" 2>>"$ERRORS"
	wait_until stands_still "$writer"
	[ "$(state_of "$writer")" != T ] || return 0
	wait "$writer" || return 1
	skip "it takes all at once"
}

# and comes again when all was given back, takes no more.
who_takes_is_stopped() {
	stops_taking || return
	ended=$(get "$a" ended)
	put "$a" live 0 && is "$a" pages_held 0 || ended=wrong
	kill -CONT "$writer"
	wait "$writer" && [ "$ended" = taking ] && return 1
	[ "$ended" != wrong ] && is "$a" live 0 && is "$a" pages_held 0
}

has_stopped() {
	[ "$(get "$1" live)" = 0 ]
}

# If it is killed there, what it took is given back without it.
who_takes_is_killed() {
	stops_taking || return
	if [ "$(get "$a" ended)" != taking ]; then
		kill -CONT "$writer"
		wait "$writer" || return 1
		skip "it has taken all"
		return
	fi
	is "$a" live 1 || return 1
	kill -KILL "$writer"
	wait "$writer" 2>/dev/null
	wait_until has_stopped "$a" && is "$a" pages_held 0
}

a_page_has_no_fragments() {
	pressure a order=0 || return 1
	fails_with "Invalid argument" put ../pressures/a live 1 &&
		log_has "^pressures/a: order=0 is refused" && is ../pressures/a live 0
}

# a line an order, and all of it in one for programs
the_probe_tells() {
	[ -r "$SHOWN/probe" ] || { skip "no debugfs"; return; }
	cat "$SHOWN/probe" >"$ERRORS.probe" || return 1
	grep -q '^page *0 *8/8 ' "$ERRORS.probe" || return 1
	[ "$(grep -c '^page ' "$ERRORS.probe")" -eq $(($(max_order) + 1)) ] &&
		[ "$(grep -c '^probe: page0=8/8,' "$ERRORS.probe")" -eq 1 ]
}

# they are in each other's way, and get along; none takes what another may
all_together() {
	pressure a order=3 max_percent=5 live=1 || return 1
	live b nr_structs=50000 allocator=chunk || return 1
	bench c pattern=random held=100 rounds=200 touch=1 "cpus=$(online)" || return 1
	put ../benches/c run 1 &
	put b verify 1 && put b live 0 && put b live 1 && put b verify 1 || return 1
	put ../pressures/a live 0 && put ../pressures/a live 1 || return 1
	wait
	is ../benches/c error 0 && is b mismatches 0
}

take_arenas
[ -d "$BENCHES" ] || {
	ktap_skip_all "this driver has no benches"
	exit "$KSFT_SKIP"
}
ktap_set_plan 38

run "defaults" defaults_are_as_documented
run "a run has figures" a_run_has_figures
run "the context has what costs" context_has_what_costs
run "counters are told" counters_are_told
run "an open table is of one run" an_open_table_is_of_one_run
run "one round has no interval" one_round_has_no_interval
run "every allocator in every order" all_of_them_run
run "every order of block" every_order_of_block
run "sizes" sizes_are_taken
run "bad values" bad_values_are_refused
run "results cannot be written" results_cannot_be_written
run "impossible runs are refused" impossible_runs_are_refused
run "names are checked" names_are_checked
run "a running bench is not configured" a_running_bench_is_not_configured
run "rmdir ends a run" rmdir_ends_a_run
run "killing the writer ends a run" killing_the_writer_ends_a_run
run "the next writer's run goes on" the_next_writers_run_goes_on
run "CPUs go offline" cpus_go_offline
run "a CPU that is offline stays so" a_cpu_that_is_offline_stays_so
run "what others have stays" what_others_have_stays
run "nothing is left held" nothing_is_left_held
run "a run keeps no block" a_run_keeps_no_block
run "64 at once" sixty_four_at_once
run "at most 256 benches" at_most_256_benches
if is_module; then
	run "unloading waits for benches" unloading_waits_for_them
else
	ktap_test_skip "unloading waits for benches: the driver is built in"
fi
run "pressures have defaults" pressures_have_defaults
run "fragments" fragments
run "a page has no fragments" a_page_has_no_fragments
run "who takes is stopped" who_takes_is_stopped
run "who takes is killed" who_takes_is_killed
run "fill leaves memory" fill_leaves_memory
run "pressures give way" pressures_give_way
run "runs of the area" holds_runs_of_the_area
run "blocks instead of the area are told" blocks_instead_of_the_area_are_told
run "areas of kvmalloc are told" areas_of_kvmalloc_are_told
run "the probe tells" the_probe_tells
run "all together" all_together
run "a bench after all that" a_run_has_figures

ktap_finished
