# SPDX-License-Identifier: GPL-2.0
#
# What became of the driver's own pages and objects, as the kernel's tracepoints tell it
# (kmem:*): each is seen to come free, by whoever frees it. Pages of others do not count.
# To be sourced behind helpers.sh, which has made the tracing instance $TRACE.
#
# shellcheck shell=sh
# shellcheck disable=SC2016 # a program of awk has its own variables

# Reads the frames that an arena had, one run a line, and then the events. Prints how many
# pages and how many objects are still held. The frames count from the last marker on, the
# spans and objects of the driver from their own events on.
KEPT_PROGRAM='
	function number(hex,  i, n) {
		for (i = 3; i <= length(hex); i++)
			n = n * 16 + index("0123456789abcdef", substr(hex, i, 1)) - 1
		return n + 0
	}
	function value(name,  at) {
		at = index($0, name "=")
		if (!at)
			return ""
		at = substr($0, at + length(name) + 1)
		sub(/ .*/, "", at)
		return at
	}
	function block(order,  nr) {
		for (nr = 1; order > 0; order--)
			nr *= 2
		return nr
	}
	function hold(pfn, nr,  i) {
		for (i = 0; i < nr; i++)
			pages[pfn + i] = 1
	}
	function let_go(pfn, nr,  i) {
		for (i = 0; i < nr; i++)
			delete pages[pfn + i]
	}
	# who: the task, as its name and number
	function who(  at) {
		at = $0
		sub(/ *\[[0-9]*\] .*/, "", at)
		return at
	}
	frames {
		first[++runs] = number($1)
		length_of[runs] = $2
		next
	}
	/: mm_page_free: / {
		let_go(number(value("pfn")), block(value("order")))
		next
	}
	/: kfree: / {
		delete objects[value("ptr")]
		next
	}
	# in the code of the module, or for a table of one of its threads; but the report of a
	# run stays until the next one
	/call_site=kmst_report_alloc/ {
		next
	}
	/: kmalloc: / {
		if (/\[kmem_studio\] ptr=/ ||
		    (/call_site=(__)?kv[a-z]*alloc/ && match($0, "^ *(kmst/|" thread "-)")))
			objects[value("ptr")] = 1
		next
	}
	/: kmst_span_alloc: / {
		hold(number(value("pfn")), value("nr_pages"))
		spans[who()] = spans[who()] " " number(value("pfn")) " " value("nr_pages")
		next
	}
	# Those of vmalloc() do not lie in a row: their first page is known. What kmalloc() takes
	# from a slab is an object, whose page stays with the slab: two pages at most.
	/: kmst_arena_alloc: / {
		n = split(spans[who()], span, " ")
		for (i = 1; i < n; i += 2) {
			if (value("allocator") ~ /vmalloc/)
				let_go(span[i] + 1, span[i + 1] - 1)
			if (value("allocator") ~ /^(kmalloc|kvmalloc)$/ && value("nr_pages") <= 2)
				let_go(span[i], span[i + 1])
		}
		spans[who()] = ""
		next
	}
	/: tracing_mark_write: held/ {
		for (i = 1; i <= runs; i++)
			hold(first[i], length_of[i])
	}
	END {
		for (i in pages)
			nr_pages++
		for (i in objects)
			nr_objects++
		print nr_pages + 0, nr_objects + 0
	}'

# The thread whose tables count, where it is not called kmst/NAME.
THREAD=k_memory

event() {
	echo "$2" >"$TRACE/events/$1/enable"
}

# pages_can_be_followed: or the test is skipped
pages_can_be_followed() {
	[ -n "$TRACE" ] || { skip "no tracing instance"; return; }
	[ -w "$TRACE/events/kmem/mm_page_free/enable" ] ||
		{ skip "no event kmem:mm_page_free"; return; }
	grep -q " $DEBUGFS debugfs " /proc/mounts ||
		mount_ours debugfs "$DEBUGFS" || { skip "no debugfs"; return; }
}

# follow [objects]: from now on. Objects can be told where the driver is a module.
follow() {
	trace_buffer "$TRACE_KB"
	: >"$ERRORS.frames"
	: >"$TRACE/trace"
	echo 1 >"$TRACE/tracing_on"
	event kmem/mm_page_free 1
	if [ "$1" = objects ] && is_module; then
		event kmem/kmalloc 1
		event kmem/kfree 1
	fi
}

# follow_frames ARENA: those that it has, from now on
follow_frames() {
	awk -F '\t' 'NR > 1 { print $5, $7 }' "$SHOWN/arenas/$1/spans" >"$ERRORS.frames" &&
		[ -s "$ERRORS.frames" ] && echo held >"$TRACE/trace_marker"
}

follow_no_more() {
	for each in kmem/mm_page_alloc kmem/mm_page_free kmem/kmalloc kmem/kfree; do
		[ ! -w "$TRACE/events/$each/enable" ] || event $each 0
	done
}

events_were_lost() {
	grep -qhE '^(overrun|commit overrun|dropped events): *[1-9]' "$TRACE"/per_cpu/cpu*/stats
}

# "PAGES OBJECTS" that are not free by now
kept() {
	awk -v thread="$THREAD" "$KEPT_PROGRAM" frames=1 "$ERRORS.frames" frames=0 \
		"${1:-$TRACE/trace}"
}

# Built in, only the names of its functions tell.
vmalloc_areas() {
	grep -c -e '\[kmem_studio\]' -e ' kmst_' -e ' k*vmalloc_alloc+' /proc/vmallocinfo
}

# pages of a pool, which gives none back
never_free=0

# What is freed late, by RCU or by a worker, gets a minute.
nothing_is_kept() {
	tries=0
	kept=$(kept)
	while [ "$kept" != "$never_free 0" ]; do
		tries=$((tries + 1))
		[ $tries -lt 120 ] || return 1
		sleep 1
		kept=$(kept)
	done
}

no_vmalloc_area() {
	[ "$(vmalloc_areas)" -eq 0 ]
}

# all_came_free: pages and objects since follow, but for those of a pool. What others free fills
# the buffer, too.
all_came_free() {
	some_are_kept=
	events_were_lost || nothing_is_kept || some_are_kept=1
	# also while they were waited for
	if events_were_lost; then
		is_emulated || {
			skip "this machine is not quiet: $TRACE_KB KB a CPU were full of events"
			return
		}
		ktap_print_msg "the tracing buffer of $TRACE_KB KB a CPU was full, events were lost"
		return 1
	fi
	[ -z "$some_are_kept" ] || {
		ktap_print_msg "pages and objects that did not come free: $kept"
		return 1
	}
	wait_until no_vmalloc_area || {
		ktap_print_msg "$(vmalloc_areas) areas of vmalloc() are left"
		return 1
	}
}

# kept_page_is_missed ARENA STOP...: a page that a file holds is missed, and so is one whose
# coming free the record does not tell. The arena has one page.
kept_page_is_missed() {
	arena=$1
	shift
	follow_frames "$arena" || return 1
	read -r pfn _ <"$ERRORS.frames"
	exec 3<"$SHOWN/arenas/$arena/pages"
	"$@"
	kept=$(kept)
	exec 3<&-
	rmdir "$ARENAS/$arena" 2>/dev/null
	[ "${kept% *}" = 1 ] || {
		ktap_print_msg "of one page that is held, these are missed: ${kept% *}"
		return 1
	}
	all_came_free || return
	sed "/: mm_page_free: .*pfn=$pfn order=/d" "$TRACE/trace" >"$ERRORS.record"
	kept=$(kept "$ERRORS.record")
	[ "${kept% *}" = 1 ]
}
