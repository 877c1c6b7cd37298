# SPDX-License-Identifier: GPL-2.0
#
# What the tests of kmem_studio share. To be sourced by a script that has set DIR to
# the folder of this file. The script defines clean_up(), which run() calls before
# and after each test, and which leaves no arena behind.
#
# shellcheck shell=sh
# shellcheck disable=SC2034 # what is set here is used by the script

# shellcheck source=/dev/null
. "$DIR/../kselftest/ktap_helpers.sh"

# what programs say of an error depends on it
export LC_ALL=C

MODULE=kmem_studio
PARAMETERS=/sys/module/$MODULE/parameters
DEVICES=/dev/$MODULE
SPLATS='WARNING:|BUG:|Oops|Kernel panic|Call trace|rcu:.*stall|soft lockup'
SPLATS="$SPLATS|Call Trace|UBSAN:|kmemleak:.*new suspected"
SPLATS="$SPLATS|blocked for more than|invoked oom-killer|Out of memory"
TAB=$(printf '\t')
MARKS=0

ERRORS=

needs_root() {
	ktap_print_header
	if [ "$(id -u)" -ne 0 ]; then
		ktap_skip_all "needs root"
		exit "$KSFT_SKIP"
	fi
	ERRORS=$(mktemp) || exit 1
}

# ---- the machine, by other ways than the driver's ----

# bytes of a page, from the page tables' own report
page_size() {
	echo $(($(sed -n 's/^KernelPageSize: *\([0-9]*\) kB/\1/p' /proc/self/smaps |
		head -n 1) * 1024))
}

# the highest order: /proc/buddyinfo has a column for each, behind four words
max_order() {
	head -n 1 /proc/buddyinfo | awk '{ print NF - 5 }'
}

# free pages of all zones, those on the CPUs' own lists included; what the page
# cache holds is dropped first, and the CPUs' own counters are added up
free_pages() {
	sync
	echo 3 >/proc/sys/vm/drop_caches
	cat /proc/sys/vm/stat_refresh >/dev/null 2>&1
	awk '/nr_free_pages/ { n += $2 }
	     /^ +count:/ { n += $2 }
	     END { print n }' /proc/zoneinfo
}

# smallest order whose block holds that many pages
order_of() {
	order=0
	while [ $((1 << order)) -lt "$1" ]; do
		order=$((order + 1))
	done
	echo $order
}

pages_of() {
	echo $((($1 * 32 + PAGE_SIZE - 1) / PAGE_SIZE))
}

seconds_up() {
	sed 's/[. ].*//' /proc/uptime
}

# ---- the driver ----

is_module() {
	[ ! -d /sys/module/$MODULE ] || grep -q "^$MODULE " /proc/modules
}

is_loaded() {
	[ -d /sys/module/$MODULE ]
}

needs_driver() {
	if ! is_loaded && [ -z "$(find "/lib/modules/$(uname -r)" -name "$MODULE.ko*")" ]; then
		ktap_skip_all "no $MODULE in this kernel, see the config file"
		exit "$KSFT_SKIP"
	fi
	PAGE_SIZE=$(page_size)
	PER_PAGE=$((PAGE_SIZE / 32))
	TOTAL_PAGES=$(($(awk '/^MemTotal/ { print $2 }' /proc/meminfo) * 1024 / PAGE_SIZE))
	HIGH_KB=$(awk '/^HighTotal/ { print $2 }' /proc/meminfo)
	CMA_KB=$(awk '/^CmaTotal/ { print $2 }' /proc/meminfo)
	# the area for DMA counts for itself, wherever it lies
	LOWMEM_PAGES=$((TOTAL_PAGES - (${HIGH_KB:-0} + ${CMA_KB:-0}) * 1024 / PAGE_SIZE))
	TRACE=$(tracefs)
	TAINTED=$(($(cat /proc/sys/kernel/tainted) & (32 | 128 | 512 | 16384)))
}

# ---- the kernel's log ----

mark() {
	MARKS=$((MARKS + 1))
	MARK="kmem_studio selftest mark $$.$MARKS."
	echo "$MARK" >/dev/kmsg
}

log_since_mark() {
	dmesg | sed "1,/$MARK\$/d"
}

# a mark that the log no longer has would make every search of it come out empty
log_is_whole() {
	dmesg | grep -q "$MARK\$"
}

# the driver's lines since the mark, without time stamp and prefix
driver_log() {
	log_since_mark | sed -n "s/^.*$MODULE: //p"
}

log_has() {
	driver_log | grep -q -- "$1"
}

no_splat() {
	! log_since_mark | grep -qE "$SPLATS"
}

# a bad page, an oops, a warning or a soft lockup taints the kernel, whatever the log
# still has of it; lockdep ends with its first report
is_well() {
	[ $(($(cat /proc/sys/kernel/tainted) & (32 | 128 | 512 | 16384))) -eq "$TAINTED" ] ||
		return 1
	[ ! -r /proc/lockdep_stats ] || ! grep -q 'debug_locks: *0' /proc/lockdep_stats
}

tracefs() {
	for dir in /sys/kernel/tracing /sys/kernel/debug/tracing; do
		[ -d "$dir/events" ] && echo $dir && return 0
	done
	return 1
}

# trace_on: the driver has to be there for its events to be
trace_on() {
	echo >"$TRACE/trace"
	echo 1 >"$TRACE/tracing_on"
	echo 1 >"$TRACE/events/$MODULE/enable"
}

trace_off() {
	[ ! -w "$TRACE/events/$MODULE/enable" ] || echo 0 >"$TRACE/events/$MODULE/enable"
}

# ---- tests ----

# a start that this machine's memory does not allow just now is no failure
no_memory() {
	if log_has 'pages, [0-9]* are available' || log_has 'allocator .* failed after' ||
	   log_has 'max_percent='; then
		return "$KSFT_SKIP"
	fi
	return 1
}

# pages_are_back BEFORE: all but a few that come and go. What is freed late, by RCU or
# by a worker, gets five seconds.
pages_are_back() {
	tries=0
	while [ $tries -lt 5 ]; do
		lost=$(($1 - $(free_pages)))
		[ $lost -lt 64 ] && return 0
		sleep 1
		tries=$((tries + 1))
	done
	return 1
}

# nothing_lost COMMAND...: what the kernel keeps for later (slabs, KASAN's quarantine)
# may grow once. A page lost in each of 100 cycles is missed every time.
nothing_lost() {
	for attempt in 1 2 3; do
		before=$(free_pages)
		"$@" || return 1
		pages_are_back "$before" && return 0
		ktap_print_msg "attempt $attempt: $lost pages are gone"
	done
	return 1
}

# run DESCRIPTION FUNCTION [argument ...]
run() {
	description=$1
	shift
	clean_up
	mark
	first_mark=$MARK
	"$@"
	status=$?
	trace_off
	clean_up
	# from the test's first mark on, if the log still has it
	last_mark=$MARK
	MARK=$first_mark
	log_is_whole || MARK=$last_mark
	if [ $status -eq 0 ] && ! log_is_whole; then
		ktap_print_msg "the log has lost its beginning: boot with log_buf_len=1M"
		status=1
	fi
	if ! no_splat; then
		ktap_print_msg "$(log_since_mark | grep -E "$SPLATS" | head -n 3)"
		status=1
	fi
	if ! is_well; then
		ktap_print_msg "the kernel is tainted by a bug: $(cat /proc/sys/kernel/tainted)"
		status=1
	fi
	case $status in
	0) ktap_test_pass "$description" ;;
	"$KSFT_SKIP") ktap_test_skip "$description" ;;
	*)
		ktap_test_fail "$description"
		driver_log | tail -n 12 | sed 's/^/# log: /'
		sed 's/^/# /' "$ERRORS" | tail -n 3
		;;
	esac
	: >"$ERRORS"
}
