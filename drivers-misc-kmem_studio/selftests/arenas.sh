#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Arenas of kmem_studio at run time, as their users make them: mkdir, write, read,
# rmdir in configfs. Works with the driver as a module and built in. Needs root.

DIR=$(dirname "$(readlink -f "$0")")
# shellcheck source-path=SCRIPTDIR source=helpers.sh
. "$DIR/helpers.sh"
# shellcheck source-path=SCRIPTDIR source=page_trace.sh
. "$DIR/page_trace.sh"
# shellcheck source-path=SCRIPTDIR source=arena_helpers.sh
. "$DIR/arena_helpers.sh"

# ---- tests ----

defaults_are_as_documented() {
	make_arena a && is a nr_structs 2000 && is a allocator page && is a pattern counter &&
		is a seed 0 && is a node -1 && is a gfp KERNEL && is a cma_only 0 &&
		is a scrub_ms 0 && is a source "" &&
		is a max_mismatches 8 && is a live 0 &&
		is a state idle && is a error 0 && is a nr_pages 0 && is a bytes_slack 0
}

names_are_listed() {
	for name in page chunk exact folio bulk highmem kmalloc kmalloc_object slab \
		    vmalloc kvmalloc cma; do
		grep -q "^$name${TAB}." $STUDIO/allocators || return 1
	done
	for name in counter address random zeros ones checker walking; do
		grep -q "^$name${TAB}." $STUDIO/patterns || return 1
	done
}

from_mkdir_to_rmdir() {
	pages=$(pages_of 1000)
	live a nr_structs=1000 || return 1
	is a live 1 && is a state live && is a error 0 && is a nr_pages "$pages" &&
		is a order "$(order_of "$pages")" && is a nr_spans 1 &&
		is a bytes_requested 32000 &&
		is a bytes_allocated $((pages * PAGE_SIZE)) &&
		is a bytes_slack $((pages * PAGE_SIZE - 32000)) &&
		is a words_verified 0 && is a mismatches 0 || return 1
	[ "$(get a nodes | awk '{ n += $2 } END { print n }')" -eq "$pages" ] || return 1
	[ "$(get a alloc_ns)" -gt 0 ] && [ "$(get a fill_ns)" -gt 0 ] || return 1
	[ "$(threads a)" -eq 1 ] || return 1
	put a verify 1 && is a words_verified $((pages * PAGE_SIZE / 4)) || return 1
	put a live 0 && is a live 0 && is a state idle && is a error 0 &&
		is a nr_pages "$pages" && [ "$(get a verify_ns)" -gt 0 ] &&
		[ "$(get a free_ns)" -gt 0 ] && wait_until no_thread a || return 1
	# and again, with other figures
	put a nr_structs 1 && put a live 1 && is a nr_pages 1 && put a live 0 &&
		rmdir "$ARENAS/a" && [ -z "$(driver_log)" ]
}

good_values_are_taken() {
	make_arena a || return 1
	for setting in nr_structs=1 nr_structs=4294967295 nr_structs=0x10=16 \
		       allocator=page allocator=chunk seed=0 seed=18446744073709551615 \
		       scrub_ms=0 scrub_ms=86400000 cma_only=1 cma_only=0 max_mismatches=0 \
		       max_mismatches=1024 pattern=counter pattern=address \
		       pattern=random pattern=zeros pattern=ones pattern=checker \
		       pattern=walking; do
		file=${setting%%=*}
		value=${setting#*=}
		put a "$file" "${value%%=*}" && is a "$file" "${value#*=}" || return 1
	done
}

# one line of the log tells of each, and nothing changes
bad_values_are_refused() {
	make_arena a || return 1
	for setting in nr_structs=0 nr_structs=-1 nr_structs=4294967296 nr_structs=junk \
		       nr_structs=12x nr_structs= allocator=buddy allocator= \
		       pattern=plaid pattern= seed=-1 seed=18446744073709551616 \
		       seed=x scrub_ms=-1 scrub_ms=86400001 scrub_ms=1s cma_only=2 cma_only= \
		       max_mismatches=1025 max_mismatches=x live=2x live= \
		       verify=0 verify=x corrupt=x corrupt=-1; do
		file=${setting%%=*}
		before=
		[ ! -r $ARENAS/a/"$file" ] || before=$(get a "$file" 2>/dev/null)
		mark
		fails_with "Invalid argument" put a "$file" "${setting#*=}" || return 1
		[ "$(driver_log | wc -l)" -eq 1 ] &&
			log_has "^arenas/a: $file=.* is refused: it takes " || return 1
		[ -z "$before" ] || is a "$file" "$before" || return 1
	done
	is a live 0 && is a state idle
}

# whoever mistypes a name sees those that there are
refused_names_list_the_others() {
	make_arena a || return 1
	for file in allocator pattern; do
		mark
		fails_with "Invalid argument" put a $file junk || return 1
		names=$(cut -f 1 "$STUDIO/${file}s")
		for name in $names; do
			log_has "^arenas/a: $file=junk is refused: it takes .*\<$name\>" || return 1
		done
	done
}

# of slabs: those of slab_debug, and of KASAN where it has no tags
has_red_zones() {
	grep -q 'slab_debug=[A-Z]*Z' /proc/cmdline ||
		grep -q ' __asan_load8$' /proc/kallsyms 2>/dev/null
}

# a result is of the run that it names: the last one that began
runs_are_numbered() {
	live a || return 1
	run=$(get a run)
	put a corrupt 0 && fails_with "$CORRUPT" put a verify 1 && put a live 0
	is a run "$run" && is a mismatches 1 && put a live 1 || return 1
	is a run $((run + 1)) && is a mismatches 0 && is a error 0
}

# what objects take is told in pages, too, with the driver's own tables for them
sizes_are_told() {
	live a allocator=slab nr_structs=10000 || return 1
	is a order "" && is a bytes_on_pages $(($(get a nr_pages) * PAGE_SIZE)) || return 1
	[ "$(get a bytes_on_pages)" -ge "$(get a bytes_allocated)" ] &&
		[ "$(get a bytes_bookkeeping)" -ge $((10000 * $(long_bit) / 8)) ] || return 1
	# with red zones an object takes more than what it may be used for
	! has_red_zones || grep -q ' usable$' $ARENAS/a/bytes_allocated || return 1
	# of four objects, kmalloc() does it, too: they are no block
	put a live 0 && put a allocator kmalloc && put a nr_structs 4 && put a live 1 || return 1
	! has_red_zones || grep -q ' usable$' $ARENAS/a/bytes_allocated || return 1
	put a live 0 && put a nr_structs 10000 && put a allocator page && put a live 1 || return 1
	# that many pages are used; the block has all of a power of two
	pages=$(pages_of 10000)
	is a order "$(order_of "$pages")" &&
		is a bytes_allocated $((PAGE_SIZE << $(order_of "$pages"))) &&
		! grep -q usable $ARENAS/a/bytes_allocated
}

results_cannot_be_written() {
	make_arena a || return 1
	for file in run state error source nr_pages order nr_spans bytes_requested \
		    bytes_allocated bytes_slack bytes_on_pages bytes_bookkeeping nodes \
		    words_verified mismatches poisoned verified_in alloc_ns fill_ns \
		    verify_ns free_ns scrubs pages_held; do
		[ "$(stat -c %a $ARENAS/a/$file)" = 444 ] || return 1
		put a $file 1 && return 1
	done
	return 0
}

live_arenas_are_not_configured() {
	live a || return 1
	for setting in nr_structs=1 allocator=chunk pattern=zeros seed=1 scrub_ms=1 \
		       max_mismatches=1 node=0 gfp=ATOMIC cma_only=1; do
		file=${setting%%=*}
		before=$(get a "$file")
		mark
		fails_with "busy" put a "$file" "${setting#*=}" || return 1
		log_has "^arenas/a: $file is not changed: the arena is live" || return 1
		is a "$file" "$before" || return 1
	done
	fails_with "busy" put a live 1 && is a live 1 || return 1
	put a live 0 && put a nr_structs 1 && put a live 0
}

commands_need_a_live_arena() {
	make_arena a || return 1
	fails_with "No such device" put a verify 1 &&
		log_has "^arenas/a: verify does nothing: no arena is live" || return 1
	fails_with "No such device" put a corrupt 0 &&
		log_has "^arenas/a: corrupt does nothing: no arena is live"
}

# what stands in the way is said, nothing is held, and another arena stays live
impossible_starts_are_refused() {
	live other && make_arena a || return 1
	largest=$((PER_PAGE << $(max_order)))
	put a nr_structs $((largest + 1))
	fails_with "Argument list too long" put a live 1 &&
		log_has "^arenas/a: nr_structs=.*MAX_PAGE_ORDER.*chunk" || return 1
	is a live 0 && is a state idle && is a error -7 || return 1

	if [ $((4294967295 / PER_PAGE)) -le $((LOWMEM_PAGES * SHARE / 100)) ]; then
		put other live 0
		return
	fi
	put a allocator chunk && put a nr_structs "$(all_objects)" || return 1
	mark
	fails_with "Argument list too long" put a live 1 &&
		log_has "^arenas/a: nr_structs=.*max_percent=$SHARE of low memory is" || return 1
	is other live 1 && put other live 0
}

# bits of a pointer of the kernel: one of 32 has no 4 GB of addresses for vmalloc()
long_bit() {
	if [ "$(awk '/^VmallocTotal/ { print $2 }' /proc/meminfo)" -gt 4194304 ]; then
		echo 64
	else
		echo 32
	fi
}

# refuses_at NUMBER TEXT ALLOCATOR [STRUCTS]: the limit is told with that number, and so
# many are too many
refuses_at() {
	[ "$4" -le 4294967295 ] || return 0
	put a allocator "$3" && put a nr_structs "$4" || return 1
	mark
	fails_with "Argument list too long" put a live 1 || return 1
	log_has "^arenas/a: nr_structs=$4 needs .* allocator $3 ends at $1 ($2" &&
		is a state idle && is a error -7
}

# What kvmalloc() gives at once, and the addresses of vmalloc(), are limits whatever is
# free. On a 64-bit machine no number of objects needs all addresses.
ends_of_allocators_are_told() {
	make_arena a || return 1
	addresses=$(($(awk '/^VmallocTotal/ { print $2 }' /proc/meminfo) * 1024))
	most=2147483647
	[ $addresses -gt $most ] || most=$((addresses - PAGE_SIZE))
	pointer=$(($(long_bit) / 8))
	refuses_at $((most / PAGE_SIZE)) INT_MAX kvmalloc $(((most / PAGE_SIZE) * PER_PAGE + 1)) &&
		refuses_at $((addresses / PAGE_SIZE - 1)) "the addresses" vmalloc \
			$(((addresses / PAGE_SIZE - 1) * PER_PAGE + 1)) &&
		refuses_at $((most / pointer)) "what kvmalloc" slab $((most / pointer + 1)) &&
		refuses_at $((most / pointer)) "what kvmalloc" kmalloc_object \
			$((most / pointer + 1))
}

# each is within the share of low memory, but not all of them together
the_sum_is_limited() {
	# two fifths of the share each, which is half of RAM where a test may take as much
	part=$((LOWMEM_PAGES * SHARE / 250))
	for arena in a b; do
		live $arena allocator=chunk nr_structs=$((part * PER_PAGE)) && continue
		# a share that is taken by what is gone is no want of memory
		log_has 'max_percent=' && return 1
		no_memory
		return
	done
	mark
	live c allocator=chunk nr_structs=$((part * PER_PAGE)) && return 1
	log_has "^arenas/c: .*of which other arenas have $((2 * part)):" || return 1
	is c live 0 && is a live 1 && is b live 1 && put a live 0 && put c live 1
}

names_are_checked() {
	fails_with "Invalid argument" make_arena "a b" || return 1
	fails_with "Invalid argument" make_arena "$(printf 'a\tb')" || return 1
	fails_with "File exists" make_arena lab || return 1
	fails_with "File name too long" make_arena 01234567890123456789012345678901 &&
		make_arena 0123456789012345678901234567890 && make_arena A-b_c.9
}

each_pattern_verifies() {
	for pattern in counter address random zeros ones checker walking; do
		live a pattern=$pattern allocator=chunk nr_structs=10001 seed=99 || return 1
		put a verify 1 && put a corrupt 40000 || return 1
		fails_with "$CORRUPT" put a verify 1 || return 1
		is a mismatches 1 && is a state corrupt && put a corrupt 40000 &&
			put a verify 1 && is a state live && rmdir $ARENAS/a || return 1
	done
}

# the physical address that is reported is that of the word that was flipped
corruption_is_located() {
	[ -n "$TRACE" ] || { skip "no tracing instance"; return; }
	trace_on
	live a nr_structs=1000 && put a corrupt 4443 || return 1
	trace_off
	pfn=$(sed -n 's/^.*kmst_span_alloc: pfn=\(0x[0-9a-f]*\) .*/\1/p' "$TRACE/trace")
	address=$((pfn * PAGE_SIZE + 4443 * 4))
	fails_with "$CORRUPT" put a verify 1 || return 1
	line=$(printf 'page: %d\tstruct: 555\tindex: 3\tphysical address: 0x0*%x' \
		$((4443 * 4 / PAGE_SIZE)) $address)
	line=$(printf '%s\texpected: 4443\tgot: 4442\tagain: 4442' "$line")
	log_has "^arenas/a: Mismatch in $line\$" || return 1
	log_has '^arenas/a: Verification failed: 1 of ' || return 1
	grep -q "kmst_corrupt: arena=a word=4443 phys=0x0*$(printf %x $address) " \
		"$TRACE/trace" || return 1
	is a state corrupt && is a error -84 && is a mismatches 1 && is a live 1 || return 1
	# the last answer is the same, and the arena is freed all the same
	fails_with "$CORRUPT" put a live 0 &&
		is a live 0 && is a state idle && is a error -84
}

only_words_of_the_arena_are_corrupted() {
	live a nr_structs=1000 || return 1
	words=$(($(get a bytes_allocated) / 4))
	fails_with "$RANGE" put a corrupt $words &&
		fails_with "$RANGE" put a corrupt 18446744073709551615 || return 1
	put a verify 1 && put a corrupt $((words - 1)) || return 1
	fails_with "$CORRUPT" put a verify 1 && put a corrupt $((words - 1)) &&
		put a verify 1
}

as_many_mismatches_are_logged_as_asked_for() {
	live a max_mismatches=3 || return 1
	for word in 1 2 3 4 5; do
		put a corrupt $word || return 1
	done
	fails_with "$CORRUPT" put a verify 1 && is a mismatches 5 &&
		[ "$(driver_log | grep -c 'Mismatch in')" -eq 3 ]
}

# there while the arena is live, for root alone; read by two calls
device_comes_and_goes() {
	[ ! -e $DEVICES/a ] && live a nr_structs=1000 || return 1
	[ -e /sys/class/kmem_studio/a/dev ] || return 1
	[ -e $DEVICES ] || { skip "no devtmpfs"; return; }
	[ "$(stat -c '%F %a' $DEVICES/a)" = "character special file 400" ] || return 1
	[ "$(wc -c <$DEVICES/a)" -eq 32000 ] || return 1
	[ "$(dd if=$DEVICES/a bs=4 skip=4443 count=1 2>/dev/null | od -An -tu4)" -eq 4443 ] ||
		return 1
	put a corrupt 4443
	[ "$(dd if=$DEVICES/a bs=4 skip=4443 count=1 2>/dev/null | od -An -tu4)" -eq 4442 ] ||
		return 1
	put a corrupt 4443 && put a live 0 || return 1
	[ ! -e $DEVICES/a ] && [ ! -e /sys/class/kmem_studio/a ]
}

FREE_CPUS=/sys/devices/virtual/workqueue/kmem_studio_free/cpumask

# freed_on CPU: where the worker was that freed the arena, whose last user closes its device
freed_on() {
	echo $((1 << $1)) >$FREE_CPUS && live a nr_structs=1000 || return 1
	: >"$TRACE/trace"
	event kmem_studio/kmst_arena_free 1
	exec 3<$DEVICES/a
	put a live 0
	rmdir "$ARENAS/a"
	! grep -q ': kmst_arena_free: ' "$TRACE/trace" || return 1
	exec 3<&-
	wait_until grep -q ': kmst_arena_free: ' "$TRACE/trace" &&
		grep -q "\[00$1\].*: kmst_arena_free: .*arena=a " "$TRACE/trace"
}

give_free_cpus_back() {
	exec 3<&-
	event kmem_studio/kmst_arena_free 0
	echo "$free_cpus" >$FREE_CPUS
	UNDO=
}

# a long free is no work of the CPU that the last user is on
frees_are_bound_to_no_cpu() {
	[ -n "$TRACE" ] || { skip "no tracing instance"; return; }
	# it is there with the first device
	live b || return 1
	[ -e $DEVICES ] || { skip "no devtmpfs"; return; }
	[ -r $FREE_CPUS ] || return 1
	grep -q '^processor.*: 1$' /proc/cpuinfo || { skip "no second CPU"; return; }
	free_cpus=$(cat $FREE_CPUS)
	UNDO=give_free_cpus_back
	freed_on 1 && freed_on 0
	status=$?
	give_free_cpus_back
	return $status
}

scrubs_are() {
	[ "$(get a scrubs)" -ge "$1" ]
}

found_corrupt() {
	[ "$(get a state)" = corrupt ]
}

# The first scrub may have passed the word before it was corrupted. The state is set
# before the event of the scrub that found it.
found_by_the_second_scrub() {
	wait_until grep -q ' kmst_scrub: arena=a .*mismatches=1 ' "$TRACE/trace" || return 1
	trace_off
	found=' kmst_scrub: arena=a .*mismatches=1 '
	[ "$(sed -n "/ kmst_corrupt: arena=a /,/$found/p" "$TRACE/trace" |
		grep -c ' kmst_scrub: arena=a ')" -le 2 ]
}

scrub_finds_a_planted_error() {
	live a scrub_ms=200 nr_structs=1000 || return 1
	wait_until scrubs_are 2 && is a mismatches 0 || return 1
	[ -z "$TRACE" ] || trace_on
	put a corrupt 77 && wait_until found_corrupt || return 1
	[ -z "$TRACE" ] || found_by_the_second_scrub || return 1
	# the state is set before
	wait_until log_has "^arenas/a: Mismatch in page: 0${TAB}struct: 9${TAB}index: 5" || return 1
	# what is still so is said once
	scrubs=$(get a scrubs)
	wait_until scrubs_are $((scrubs + 3)) || return 1
	[ "$(driver_log | grep -c 'Verification failed')" -eq 1 ] || return 1
	put a corrupt 77 && wait_until is_right_again && put a live 0
}

is_right_again() {
	[ "$(get a state)" = live ]
}

# nice_of ARENA: of its thread
nice_of() {
	comm=$(grep -lx "kmst/$1" /proc/[0-9]*/comm 2>/dev/null | head -n 1)
	[ -z "$comm" ] || awk '{ print $19 }' "${comm%comm}stat" 2>/dev/null
}

is_nice() {
	nice=$(nice_of "$1")
	[ "${nice:-0}" -gt 0 ]
}

# others come first, as long as nobody waits for it
scrubs_have_a_low_priority() {
	live a allocator=chunk nr_structs=200000 || return 1
	[ "$(nice_of a)" = 0 ] && put a live 0 || return 1
	put a scrub_ms 1 && put a live 1 && wait_until is_nice a && put a live 0
}

rmdir_ends_a_live_arena() {
	live a nr_structs=10000 && live b scrub_ms=1 || return 1
	rmdir $ARENAS/a && rmdir $ARENAS/b || return 1
	wait_until no_thread a && wait_until no_thread b || return 1
	[ -z "$(driver_log)" ] || return 1
	live a && put a corrupt 5 && rmdir $ARENAS/a &&
		wait_until log_has '^arenas/a: Verification failed: 1 of '
}

unloading_waits_for_arenas() {
	make_arena a || return 1
	rmmod $MODULE 2>>"$ERRORS" && return 1
	is_loaded && is a live 0
}

# what was removed is verified to its end before the module goes
unloading_waits_for_a_removed_arena() {
	[ -n "$UNLOAD" ] || { skip "the module was there before the test"; return; }
	for _ in 1 2 3 4 5; do
		mark
		live a nr_structs=$((LOWMEM_PAGES * PER_PAGE * SHARE / 200)) \
			allocator=chunk pattern=random && put a corrupt 5 || return 1
		rmdir $ARENAS/a || return 1
		! no_thread a || continue
		rmmod $MODULE && ! is_loaded || return 1
		modprobe $MODULE nr_structs=0 && put_percent "$SHARE" &&
			log_has '^arenas/a: Verification failed: 1 of '
		return
	done
	is_emulated && return 1
	skip "each verification was over before the module could go"
}

two_hundred_arenas() {
	n=0
	while [ $n -lt 200 ]; do
		live "a$n" nr_structs=$((n + 1)) || return 1
		n=$((n + 1))
	done
	while [ $n -gt 0 ]; do
		n=$((n - 1))
		put "a$n" verify 1 && is "a$n" bytes_requested $(((n + 1) * 32)) || return 1
	done
	rmdir "$ARENAS"/*/
}

at_most_1024_arenas() {
	seq 0 1023 | sed "s,^,$ARENAS/a," | xargs mkdir 2>>"$ERRORS" || return 1
	fails_with "No space left" make_arena one-more &&
		log_has "^arenas/one-more is not made: there are 1024" || return 1
	rmdir $ARENAS/a0 && make_arena one-more
}

# hammer ID SECONDS: what one of many does to arenas that it shares with the others
# the Nth of the table, which is counted round and round
allocator_number() {
	sed -n "$(($1 % NR_ALLOCATORS + 1))s/$TAB.*//p" $STUDIO/allocators
}

hammer() {
	ERRORS=/dev/null
	turn=0
	until=$(($(seconds_up) + $2))
	while [ "$(seconds_up)" -lt $until ]; do
		for name in x y z own"$1"; do
			make_arena "$name"
			put "$name" nr_structs $(($1 * 1000 + 1))
			put "$name" scrub_ms "$1"
			put "$name" allocator "$(allocator_number $(($1 + turn)))"
			turn=$((turn + 1))
			put "$name" live 1
			put "$name" corrupt "$1"
			put "$name" verify 1
			cat $ARENAS/"$name"/* $SHOWN/arenas/"$name"/* >/dev/null
			head -c 100000 "$DEVICES/$name" >/dev/null
			put "$name" live 0
			rmdir $ARENAS/"$name"
		done 2>/dev/null
	done
}

# hammer_all SECONDS: while $ERRORS.busy is there
hammer_all() {
	: >"$ERRORS.busy"
	(
		for id in 1 2 3 4 5 6 7 8; do
			hammer $id "$1" &
		done
		wait
		rm "$ERRORS.busy"
	) &
}

# Whatever came to the log since the last call. The next mark is there before the search
# for it begins, so that no line is between two calls.
note_splats() {
	since=$MARK
	mark
	dmesg | sed "1,/$since\$/d" | grep -E "$SPLATS" >>"$ERRORS.splats"
}

# Whatever they do to each other, the kernel stands, and all can be removed. The log
# cannot hold all that is said meanwhile: it is searched for splats all the time.
eight_at_once() {
	: >"$ERRORS.splats"
	hammer_all "$1"
	while [ -e "$ERRORS.busy" ]; do
		sleep 1
		note_splats
	done
	wait
	note_splats
	first_mark=$MARK
	clean_up
	if [ -s "$ERRORS.splats" ]; then
		ktap_print_msg "$(head -n 3 "$ERRORS.splats")"
		return 1
	fi
	[ -z "$(find $ARENAS -mindepth 1)" ] || return 1
	live a && put a verify 1 && put a live 0 && rmdir "$ARENAS/a"
}

# What so many processes free in a few seconds the buffer has room for.
TURN_SECONDS=3
TURN_KB=8192

# The driver's own events tell which pages it got, of all arenas.
hammer_and_follow() {
	follow
	trace_buffer $TURN_KB
	event "$MODULE/kmst_span_alloc" 1
	event "$MODULE/kmst_arena_alloc" 1
	eight_at_once $TURN_SECONDS
	status=$?
	event "$MODULE/kmst_span_alloc" 0
	event "$MODULE/kmst_arena_alloc" 0
	[ $status -eq 0 ] && grep -q ': kmst_span_alloc: ' "$TRACE/trace" && all_came_free
}

# hammer_in_peace SECONDS: the console would slow it down
hammer_in_peace() {
	pages_can_be_followed || return
	dmesg -n 1
	seconds=0
	status=0
	while [ $status -eq 0 ] && [ $seconds -lt "$1" ]; do
		hammer_and_follow
		status=$?
		seconds=$((seconds + TURN_SECONDS))
	done
	echo "$PRINTK" >/proc/sys/kernel/printk
	return $status
}

a_page_that_is_kept_is_missed() {
	pages_can_be_followed || return
	follow objects
	live a nr_structs=1 && kept_page_is_missed a put a live 0
}

# What a file of the driver's takes goes when it is closed.
use_files_of() {
	cat $ARENAS/"$1"/* $SHOWN/arenas/"$1"/* >"$ERRORS.files" 2>&1
	[ ! -e "$DEVICES/$1" ] || cat "$DEVICES/$1" >"$ERRORS.files"
}

# cycle ROUNDS
cycle() {
	round=0
	while [ $round -lt "$1" ]; do
		follow objects
		live a nr_structs=50000 allocator=chunk pattern=random && follow_frames a &&
			use_files_of a && rmdir $ARENAS/a && all_came_free || return
		round=$((round + 1))
	done
}

# CYCLES, or 100, of them: each page is followed, a leak shows in the first as in the last.
cycles_leak_nothing() {
	pages_can_be_followed || return
	cycle "${CYCLES:-100}"
}

# The end of another test, which has done nothing but a mount when the signal comes.
a_signal_ends_a_test() {
	mkdir "$ERRORS.mount" || return 1
	sh -c '
		DIR=$0 FOLDER=$1
		. "$DIR/helpers.sh"
		. "$DIR/arena_helpers.sh"
		needs_root() { mount_ours proc "$FOLDER" && : >"$FOLDER.was"; }
		needs_driver() { :; }
		needs_no_arena() { kill -TERM $$; }
		take_arenas' "$DIR" "$ERRORS.mount" && return 1
	[ -e "$ERRORS.mount.was" ] || return 1
	# it would be busy
	rmdir "$ERRORS.mount" 2>>"$ERRORS" && return
	umount "$ERRORS.mount" && rmdir "$ERRORS.mount"
	return 1
}

take_arenas

# the cycles' arena
THREAD=a
NR_ALLOCATORS=$(wc -l <$STUDIO/allocators)
SECONDS_TOGETHER=${SECONDS_TOGETHER:-30}
ktap_set_plan 32

run "defaults" defaults_are_as_documented
run "names are listed" names_are_listed
run "from mkdir to rmdir" from_mkdir_to_rmdir
run "good values" good_values_are_taken
run "bad values" bad_values_are_refused
run "refused names list the others" refused_names_list_the_others
run "sizes are told" sizes_are_told
run "runs are numbered" runs_are_numbered
run "results cannot be written" results_cannot_be_written
run "live arenas are not configured" live_arenas_are_not_configured
run "commands need a live arena" commands_need_a_live_arena
run "impossible starts are refused" impossible_starts_are_refused
run "ends of allocators are told" ends_of_allocators_are_told
run "the sum of arenas is limited" the_sum_is_limited
run "names are checked" names_are_checked
run "each pattern verifies" each_pattern_verifies
run "corruption is located" corruption_is_located
run "only words of the arena are corrupted" only_words_of_the_arena_are_corrupted
run "the device comes and goes" device_comes_and_goes
run "frees are bound to no CPU" frees_are_bound_to_no_cpu
run "max_mismatches" as_many_mismatches_are_logged_as_asked_for
run "a scrub finds a planted error" scrub_finds_a_planted_error
run "scrubs have a low priority" scrubs_have_a_low_priority
run "rmdir ends a live arena" rmdir_ends_a_live_arena
if is_module; then
	run "unloading waits for arenas" unloading_waits_for_arenas
	run "unloading waits for a removed arena" unloading_waits_for_a_removed_arena
else
	ktap_test_skip "unloading waits for arenas: the driver is built in"
	ktap_test_skip "unloading waits for a removed arena: the driver is built in"
fi
run "200 arenas at once" two_hundred_arenas
run "at most 1024 arenas" at_most_1024_arenas
run "8 processes together" hammer_in_peace "$SECONDS_TOGETHER"
run "a page that is kept is missed" a_page_that_is_kept_is_missed
run "cycles leak nothing" cycles_leak_nothing
run "a signal ends a test as its end does" a_signal_ends_a_test

ktap_finished
