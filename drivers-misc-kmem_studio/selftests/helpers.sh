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
CONFIGFS=/sys/kernel/config
STUDIO=$CONFIGFS/$MODULE
ARENAS=$STUDIO/arenas
DEVICES=/dev/$MODULE
SPLATS='WARNING:|BUG:|Oops|Kernel panic|Call trace|rcu:.*stall|soft lockup'
SPLATS="$SPLATS|Call Trace|UBSAN:|kmemleak:.*new suspected"
SPLATS="$SPLATS|blocked for more than|invoked oom-killer|Out of memory"
TAB=$(printf '\t')
MARKS=0

DEBUGFS=/sys/kernel/debug
SHOWN=$DEBUGFS/$MODULE

# Of each CPU's memory, for as long as a test traces.
TRACE_KB=2048

# Megabytes that the tests take at a time, beside what a test of half of RAM takes on an
# emulated machine.
MOST_MB=512

ERRORS=
TRACE=
PRINTK=
REASON=
MOUNTED=
# the function that puts back what the test that is under way has changed, and empties this
UNDO=

needs_root() {
	ktap_print_header
	if [ "$(id -u)" -ne 0 ]; then
		ktap_skip_all "needs root"
		exit "$KSFT_SKIP"
	fi
	if ! has_capability 21; then
		ktap_skip_all "needs the capability CAP_SYS_ADMIN"
		exit "$KSFT_SKIP"
	fi
	ERRORS=$(mktemp) || exit 1
	PRINTK=$(cat /proc/sys/kernel/printk)
}

# has_capability NUMBER: who is root in a container may not have it
has_capability() {
	digits=$(sed -n 's/^CapEff:[^0-9a-f]*//p' /proc/self/status)
	# the last eight digits have the first 32
	[ $((0x${digits#????????} >> $1 & 1)) -eq 1 ]
}

# end_at_exit: end() is called however the script ends. A signal ends some shells without the
# trap of EXIT.
end_at_exit() {
	trap end EXIT
	trap 'exit 1' HUP INT TERM
}

# mount_ours TYPE FOLDER: until put_back
mount_ours() {
	mount -t "$1" none "$2" 2>>"${ERRORS:-/dev/null}" && MOUNTED="$2 $MOUNTED"
}

# what a test of this run has changed, but for the driver
put_back() {
	[ -z "$UNDO" ] || $UNDO
	[ -z "$TRACE" ] || rmdir "$TRACE"
	for folder in $MOUNTED; do
		umount "$folder"
	done
	[ -z "$PRINTK" ] || echo "$PRINTK" >/proc/sys/kernel/printk
	[ -z "$ERRORS" ] || rm -f "$ERRORS" "$ERRORS".*
}

# the machine is an emulated one: its memory is nobody's, and may be written to
is_emulated() {
	[ "$KMEM_STUDIO_EMULATED" = 1 ]
}

# skip REASON: for a test to return with
skip() {
	REASON=$1
	return "$KSFT_SKIP"
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

# percent of RAM that a test may take: half of it, if that is not too much
share_of_ram() {
	share=$((MOST_MB * 104857600 / PAGE_SIZE / LOWMEM_PAGES))
	if is_emulated || [ $share -gt 50 ]; then
		share=50
	fi
	[ $share -ge 2 ] || share=2
	echo $share
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
	SHARE=$(share_of_ram)
	TRACE=$(trace_instance)
	TAINTED=$(($(cat /proc/sys/kernel/tainted) & (32 | 128 | 512 | 16384)))
}

# objects that fill all RAM, or as many as can be asked for
all_objects() {
	objects=$((TOTAL_PAGES * PER_PAGE))
	[ $objects -le 4294967295 ] || objects=4294967295
	echo $objects
}

# nobody else's arenas, benches and pressures are touched; an older driver has only arenas
needs_no_arena() {
	if [ -n "$(find "$ARENAS" "$STUDIO/benches" "$STUDIO/pressures" -mindepth 1 \
			-maxdepth 1 2>/dev/null)" ] ||
	   [ "$(cat "$PARAMETERS/nr_structs")" != 0 ]; then
		UNLOAD=
		ktap_skip_all "there are arenas, benches or pressures in use, remove them first"
		exit "$KSFT_SKIP"
	fi
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

# of the log on standard input, without time stamp and prefix; what the kernel says of a module
# that came without it, or unsigned, has the same prefix
of_the_driver() {
	sed -n "/$MODULE: loading out-of-tree module taints kernel/d
		/$MODULE: module verification failed: /d
		s/^.*$MODULE: //p"
}

# since the mark
driver_log() {
	log_since_mark | of_the_driver
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

# an instance of our own, so that what others trace is left alone
trace_instance() {
	instance=$(tracefs)/instances/kmem_studio_selftest
	# of a test that was killed
	[ ! -d "$instance" ] || rmdir "$instance" 2>>"$ERRORS"
	mkdir "$instance" 2>>"$ERRORS" || return 1
	# addresses in clear, and the events of all CPUs in their order
	echo 0 >"$instance/options/hash-ptr"
	echo global >"$instance/trace_clock"
	echo "$instance"
}

# trace_buffer KB: for each CPU
trace_buffer() {
	echo "$1" >"$TRACE/buffer_size_kb"
}

# trace_on: the driver has to be there for its events to be
trace_on() {
	trace_buffer "$TRACE_KB"
	: >"$TRACE/trace"
	echo 1 >"$TRACE/tracing_on"
	echo 1 >"$TRACE/events/$MODULE/enable"
}

trace_off() {
	[ ! -w "$TRACE/events/$MODULE/enable" ] || echo 0 >"$TRACE/events/$MODULE/enable"
}

# ---- waiting ----

nap() {
	usleep 100000 2>/dev/null || sleep 0.1
}

# wait_until COMMAND...: two minutes at least, which no board under load needs
wait_until() {
	naps=0
	until "$@"; do
		naps=$((naps + 1))
		[ $naps -lt 1200 ] || return 1
		nap
	done
}

# ---- tests ----

# a start that this machine's memory does not allow just now is no failure, unless nobody
# else takes any: with the largest pages what is asked for is much
no_memory() {
	! is_emulated || [ "$PAGE_SIZE" -gt 16384 ] || return 1
	if log_has 'pages, [0-9]* are available' || log_has 'allocator .* failed after' ||
	   log_has 'max_percent='; then
		skip "not enough memory for it just now"
		return
	fi
	return 1
}

# run DESCRIPTION FUNCTION [argument ...]
run() {
	description=$1
	REASON=
	shift
	clean_up
	mark
	first_mark=$MARK
	"$@"
	status=$?
	trace_off
	follow_no_more
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
	"$KSFT_SKIP") ktap_test_skip "$description${REASON:+: $REASON}" ;;
	*)
		ktap_test_fail "$description"
		driver_log | tail -n 12 | sed 's/^/# log: /'
		sed 's/^/# /' "$ERRORS" | tail -n 3
		;;
	esac
	: >"$ERRORS"
}
