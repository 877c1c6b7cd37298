# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# What scripts/bench has a board do, for any sh: results as lines of names and values, with
# TABs between them. Set before are
#
#	allocators, sets	what to measure
#	max_order		the highest order, if the allocator has no lower one
#	beside			to call with allocator, pattern, order and batch after each;
#				what it prints are more fields of that result
#	runs			of which the median counts
#	min_rounds, span_ns	rounds of each at least, and time to measure for
: "${allocators=}" "${sets=}" "${max_order=99}" "${beside=:}" "${runs=5}" "${min_rounds=1}" "${span_ns=1000000}"

studio=/sys/kernel/config/kmem_studio
me=kmem_studio-bench
bench=$studio/benches/$me
arena=$studio/arenas/$me
held_bytes=33554432
# pages that each CPU keeps for itself: a fraction of all
lists=/proc/sys/vm/percpu_pagelist_high_fraction
# what they were, for as long as they are small: a run that was killed leaves both
lists_were=/run/kmem_studio-bench
hot=200

give_up()
{
	echo "failed $*"
	exit 1
}

# put FILE VALUE, get FILE: $value
put()
{
	echo "$2" 2>/dev/null >"$1"
}

get()
{
	value=
	read -r value <"$1" || :
	value=${value% usable}
}

# measure ROUNDS WARMUP: 1 if there is no such allocation
measure()
{
	put $bench/rounds "$1" || give_up "rounds=$1"
	put $bench/warmup "$2" || give_up "warmup=$2"
	put $bench/run 1 && return
	get $bench/error
	case $value in
	# too large, no memory, no such memory in this kernel
	-7 | -12 | -95) return 1 ;;
	*) give_up "$allocator, $pattern, order $order: error $value" ;;
	esac
}

# the less of what it takes to allocate and to free, of two rounds
find_least()
{
	get $bench/alloc_mean_ns
	least=${value%.*}
	get $bench/free_mean_ns
	[ "${value%.*}" -ge "$least" ] || least=${value%.*}
	[ "$least" -gt 0 ] || least=1
}

measure_order()
{
	get $bench/bytes
	bytes=$value
	held=$hot
	[ "$pattern" = hot ] || held=$((held_bytes / bytes))
	[ "$held" -ge 2 ] || held=2
	put $bench/held "$held" || give_up "held=$held"
	measure 1 1 || return
	find_least
	rounds=$((span_ns / (held * least) + 1))
	[ "$rounds" -ge "$min_rounds" ] || rounds=$min_rounds
	[ "$rounds" -le 10000 ] || rounds=10000
	alloc="" free="" ops=0 failures=0
	for _ in $(seq "$runs"); do
		measure "$rounds" 0 || return
		get $bench/alloc_mean_ns
		alloc="$alloc $value"
		get $bench/free_mean_ns
		free="$free $value"
		get $bench/ops
		ops=$((ops + value))
		get $bench/failures
		failures=$((failures + value))
	done
	line="orders	allocator=$allocator	pattern=$pattern	order=$order"
	line="$line	bytes=$bytes	held=$held	rounds=$rounds	runs=$runs"
	get $bench/batch
	batch=$value
	line="$line	batch=$batch	ops=$ops	failures=$failures"
	# each is a number
	# shellcheck disable=SC2086
	line="$line	alloc=$(median $alloc)	free=$(median $free)"
	# one run alone tells how much it would differ from the next one
	if [ "$runs" = 1 ]; then
		for phase in alloc free; do
			get $bench/${phase}_ci95_ns
			line="$line	${phase}_ci95=$value"
		done
	fi
	echo "$line$($beside "$allocator" "$pattern" "$order" "$batch")"
}

median()
{
	printf '%s\n' "$@" | sort -n | sed -n "$((($# + 1) / 2))p"
}

measure_orders()
{
	order=0
	while [ $order -le "$max_order" ] && put $bench/order $order; do
		measure_order || break
		order=$((order + 1))
	done
	[ $order -gt 0 ] || echo "none	allocator=$allocator	pattern=$pattern"
}

# start NR_STRUCTS: 1 if it is refused
start()
{
	put $arena/allocator "$allocator" && put $arena/nr_structs "$1" &&
		put $arena/live 1
}

# the quickest of three: the first one finds nothing in a cache
measure_structs()
{
	alloc="" free=""
	for _ in 1 2 3; do
		start "$1" || give_up "$allocator for $1 structs"
		line="course	allocator=$allocator	structs=$1"
		for file in bytes_requested bytes_allocated bytes_on_pages; do
			get $arena/$file
			line="$line	$file=$value"
		done
		get $arena/alloc_ns
		[ "${alloc:-$value}" -lt "$value" ] || alloc=$value
		put $arena/live 0 || give_up "$allocator for $1 structs is corrupt"
		get $arena/free_ns
		[ "${free:-$value}" -lt "$value" ] || free=$value
	done
	echo "$line	alloc_ns=$alloc	free_ns=$free"
}

# what the kernel says of its classes, and what it gives for sizes that arenas can have
measure_sizes()
{
	for class in /sys/kernel/slab/kmalloc-[0-9]*; do
		[ -r "$class/object_size" ] || continue
		line=class
		for file in object_size slab_size objs_per_slab order; do
			get "$class/$file"
			line="$line	$file=$value"
		done
		echo "$line"
	done
	for allocator in kmalloc page; do
		bytes=8
		while [ $bytes -le 4194304 ]; do
			measure_size $bytes
			measure_size $((bytes * 3 / 2))
			bytes=$((bytes * 2))
		done
	done
}

measure_size()
{
	[ "$1" -le 4194304 ] || return 0
	usable=
	if [ $(($1 % 32)) = 0 ]; then
		start $(($1 / 32)) || return 0
		get $arena/bytes_allocated
		usable=$value
		put $arena/live 0 || give_up "$allocator of $1 bytes is corrupt"
	fi
	echo "sizes	allocator=$allocator	requested=$1	usable=$usable"
}

tell_context()
{
	while IFS='	' read -r name value; do
		echo "context	$name=$value"
	done </sys/kernel/debug/kmem_studio/benches/$me/context
	if [ -r /proc/device-tree/model ]; then
		echo "context	model=$(tr -d '\0' </proc/device-tree/model)"
	fi
	# what a Raspberry Pi's firmware has done, 0x0 for nothing
	if command -v vcgencmd >/dev/null; then
		echo "context	$(vcgencmd get_throttled)"
	fi
}

clean_up()
{
	rmdir $bench $arena 2>/dev/null
	[ ! -w $lists ] || echo "$large_lists" >$lists && rm -f $lists_were
}

[ -d $studio ] || modprobe kmem_studio nr_structs=0 || give_up "there is no module"
[ -d $studio/benches ] || give_up "this driver has no benches"
# What is held is to come from the buddy allocator, and not from the lists of the CPUs,
# which keep up to an eighth of the memory. Those of hot stay as they are.
large_lists=0
[ ! -r $lists ] || read -r large_lists <$lists
[ ! -r $lists_were ] || read -r large_lists <$lists_were
clean_up
trap clean_up EXIT
# which a signal alone does not reach in every shell
trap 'exit 1' HUP INT TERM
put $lists_were "$large_lists"
mkdir $bench $arena || give_up "no bench can be made; are you root?"
for allocator in $allocators; do
	put $bench/allocator "$allocator" || give_up "allocator=$allocator"
	for pattern in hot fifo; do
		fraction=$large_lists
		[ $pattern = hot ] || fraction=512
		[ ! -w $lists ] || put $lists "$fraction"
		put $bench/pattern $pattern && measure_orders
	done
done
[ ! -w $lists ] || put $lists "$large_lists"
for set in $sets; do
	case $set in
	course)
		for allocator in page kmalloc_object slab; do
			for n in 1000 2000 4000; do
				measure_structs $n
			done
		done
		;;
	sizes) measure_sizes ;;
	esac
done
tell_context
echo end
