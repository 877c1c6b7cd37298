#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Where the memory of an arena lands: each allocator, what debugfs shows of it, and what
# /proc/kpageflags says of the same pages. Needs root.

DIR=$(dirname "$(readlink -f "$0")")
# shellcheck source-path=SCRIPTDIR source=helpers.sh
. "$DIR/helpers.sh"
# shellcheck source-path=SCRIPTDIR source=arena_helpers.sh
. "$DIR/arena_helpers.sh"
# shellcheck source-path=SCRIPTDIR source=page_trace.sh
. "$DIR/page_trace.sh"

NR=10000
RESTRICT=/proc/sys/kernel/kptr_restrict
THREAD=a

# bits of /proc/kpageflags
KPF_SLAB=7
KPF_BUDDY=10
KPF_NOPAGE=20

ALLOCATORS="page chunk exact folio bulk highmem kmalloc kmalloc_object slab vmalloc
	    kvmalloc cma"

# ---- tables ----

# ARENA FILE LINE COLUMN, lines and columns from 1, the header is line 0
cell() {
	awk -F '\t' -v line="$3" -v column="$4" \
		'NR == line + 1 { print $column; exit }' "$SHOWN/arenas/$1/$2"
}

# ARENA WHAT: the value of a line of the summary
summary() {
	awk -F '\t' -v what="$2:" '$1 == what { print $2 }' "$SHOWN/arenas/$1/summary"
}

# QUESTION WHAT: the value of a line of the answer
translated() {
	echo "$1" 2>>"$ERRORS" >"$SHOWN/translate" || return 1
	awk -F '\t' -v what="$2:" '$1 == what { print $2 }' "$SHOWN/translate"
}

# says QUESTION WORDS: the answer has them
says() {
	translated "$1" answer | grep -q "$2" || {
		ktap_print_msg "translate $1: $(translated "$1" answer)"
		return 1
	}
}

# flag PFN BIT: is the bit set in /proc/kpageflags?
flag() {
	# eight bytes, the lowest first: the machine is a little-endian one
	byte=$(dd if=/proc/kpageflags bs=8 skip=$(($1)) count=1 2>/dev/null | od -An -tu1 |
		awk -v byte=$(($2 / 8 + 1)) '{ print $byte }')
	[ $((byte >> ($2 % 8) & 1)) -eq 1 ]
}

has_pages() {
	awk -F '\t' -v pages="$2" '
		NR == 1 { next }
		$1 != NR - 2 || NF != 11 { wrong = 1 }
		END { exit wrong || NR != pages + 1 }' "$SHOWN/arenas/$1/pages"
}

# each run begins where the one before ended, and all have all pages
has_spans() {
	awk -F '\t' -v pages="$2" '
		NR == 1 { next }
		$1 != sum || NF != 11 { wrong = 1 }
		{ sum += $7 }
		END { exit wrong || sum != pages }' "$SHOWN/arenas/$1/spans"
}

# ---- tests ----

# An arena, or a skip where the memory for it is not there. ALLOCATOR [FILE=VALUE...]
landed() {
	allocator=$1
	shift
	live a "allocator=$allocator" "$@" && return 0
	if [ "$(get a error)" = -95 ] && log_has 'this kernel has no such memory'; then
		skip "this kernel has no such memory"
		return
	fi
	no_memory
}

# pages of the smallest block that has them
block_pages() {
	echo $((1 << $(order_of "$1")))
}

# kmalloc() gives a block, vmalloc() pages
kvmalloc_bytes() {
	if [ "$(cell a pages 1 9)" = vmalloc ]; then
		echo $(($(pages_of $NR) * PAGE_SIZE))
	else
		echo $(($(block_pages "$(pages_of $NR)") * PAGE_SIZE))
	fi
}

# ALLOCATOR FOUND: bytes of an object as /proc/slabinfo has them; FOUND where it is not to
# be read, or where the checks of SLUB take what is behind an object for themselves
object_bytes() {
	name="kmalloc-32"
	[ "$1" = kmalloc_object ] || name="kmem_studio-[0-9]*"
	listed=$(awk -v name="^$name\$" '$1 ~ name { print $4 }' /proc/slabinfo 2>/dev/null |
		tail -n 1)
	if [ -n "$listed" ] && [ "$listed" -ne 32 ]; then
		listed=$2
	fi
	echo "${listed:-$2}"
}

# The log tells where the DMA API had to take a block.
is_of_the_area() {
	! log_has '^arenas/a: nr_structs=.* lies on a block'
}

# what the allocator rounds up to
bytes_are_exact() {
	requested=$((NR * 32))
	pages=$(pages_of $NR)
	allocated=$(get a bytes_allocated)
	case $1 in
	page | kmalloc)
		wanted=$(($(block_pages "$pages") * PAGE_SIZE))
		;;
	kmalloc_object | slab) wanted=$(($(object_bytes "$1" $((allocated / NR))) * NR)) ;;
	kvmalloc) wanted=$(kvmalloc_bytes) ;;
	cma)
		wanted=$((pages * PAGE_SIZE))
		is_of_the_area || wanted=$(($(block_pages "$pages") * PAGE_SIZE))
		;;
	*) wanted=$((pages * PAGE_SIZE)) ;;
	esac
	is a bytes_requested $requested && is a bytes_allocated "$wanted" &&
		is a bytes_slack $((wanted - requested)) && [ "$wanted" -ge $requested ]
}

# PFN, physical address, flags and owner of one line of pages agree
page_is_right() {
	pfn=$(cell a pages "$1" 3)
	phys=$(cell a pages "$1" 4)
	kind=$(cell a pages "$1" 9)
	[ $((pfn * PAGE_SIZE)) -eq $((phys)) ] || return 1
	if [ $(($(translated "pfn:$pfn" phys))) -ne $((phys)) ] ||
	   [ "$(translated "phys:$phys" pfn)" != "$pfn" ] ||
	   [ "$(translated "pfn:$pfn" routes)" != agree ] ||
	   [ "$(translated "pfn:$pfn" arena)" != a ]; then
		ktap_print_msg "page $1, PFN $pfn: $(translated "pfn:$pfn" routes)," \
			"arena $(translated "pfn:$pfn" arena)"
		return 1
	fi
	[ -r /proc/kpageflags ] || return 0
	! flag "$pfn" $KPF_BUDDY && ! flag "$pfn" $KPF_NOPAGE || return 1
	if [ "$kind" = slab ]; then
		flag "$pfn" $KPF_SLAB
	else
		! flag "$pfn" $KPF_SLAB
	fi
}

# ALLOCATOR KIND: of the pages; for kvmalloc either
kind_is_right() {
	kind=$(cell a pages 1 9)
	case $1 in
	slab | kmalloc_object) wanted=slab ;;
	vmalloc) wanted=vmalloc ;;
	kvmalloc | highmem) wanted=$kind ;;
	*) wanted=linear ;;
	esac
	[ "$kind" = "$wanted" ] || {
		ktap_print_msg "kind $kind, not $wanted"
		return 1
	}
}

# ALLOCATOR: the part of the kernel that the pages are from
source_is_right() {
	case $1 in
	slab | kmalloc_object) is a source slab ;;
	vmalloc) is a source vmalloc ;;
	kvmalloc)
		wanted=pages
		[ "$(cell a pages 1 9)" != vmalloc ] || wanted=vmalloc
		is a source $wanted
		;;
	cma)
		wanted=pages
		! is_of_the_area || wanted=cma
		is a source $wanted
		;;
	*) is a source pages ;;
	esac && [ "$(summary a source)" = "$(get a source)" ]
}

# word 77 lies on the page that the log names
corruption_is_located() {
	put a corrupt 77 && fails_with "$CORRUPT" put a verify 1 || return 1
	page=$(driver_log | sed -n 's/.*Mismatch in page: \([0-9]*\)\t.*/\1/p' | tail -n 1)
	phys=$(driver_log | sed -n 's/.*physical address: \(0x[0-9a-f]*\)\t.*/\1/p' | tail -n 1)
	[ -n "$page" ] && [ -n "$phys" ] || return 1
	[ $((phys / PAGE_SIZE)) -eq $(($(cell a pages $((page + 1)) 3))) ] || {
		ktap_print_msg "$phys is not on page $page"
		return 1
	}
	put a corrupt 77 && put a verify 1
}

allocator_lands() {
	landed "$1" nr_structs=$NR || return
	bytes_are_exact "$1" || return 1
	pages=$(get a nr_pages)
	[ "$pages" -ge "$(pages_of $NR)" ] || return 1
	if ! has_pages a "$pages" || ! has_spans a "$pages"; then
		ktap_print_msg "the tables do not have $pages pages"
		return 1
	fi
	page_is_right 1 && page_is_right "$pages" && kind_is_right "$1" &&
		source_is_right "$1" || return 1
	corruption_is_located || return 1
	put a live 0
}

# the smallest arenas share their page with others, or leave most of it
allocator_lands_small() {
	for allocator in $ALLOCATORS; do
		for nr in 1 3 "$PER_PAGE" $((PER_PAGE + 1)); do
			landed "$allocator" nr_structs="$nr"
			case $? in
			0) put a verify 1 && put a live 0 || return 1 ;;
			"$KSFT_SKIP") ;;
			*) return 1 ;;
			esac
			rmdir "$ARENAS/a" || return 1
		done
	done
}

contiguous_memory_is_one_run() {
	for allocator in page exact kmalloc; do
		landed "$allocator" nr_structs=$((5 * PER_PAGE)) || return
		[ "$(summary a contiguous_runs)" = 1 ] || return 1
		[ "$(summary a largest_run_pages)" = "$(get a nr_pages)" ] || return 1
		[ "$(cell a spans 2 1)" = "" ] || return 1
		rmdir "$ARENAS/a"
	done
}

# as many runs in the summary as lines, and none longer than the largest
runs_of_vmalloc_are_told() {
	landed vmalloc nr_structs=$NR || return
	is a nr_spans 1 || return 1
	ktap_print_msg "vmalloc: $(get a nr_pages) pages, $(summary a contiguous_runs) runs"
	awk -F '\t' -v runs="$(summary a contiguous_runs)" \
		-v largest="$(summary a largest_run_pages)" '
		NR > 1 && $7 > most { most = $7 }
		END { exit NR - 1 != runs || most != largest }' "$SHOWN/arenas/a/spans"
}

summary_agrees() {
	landed chunk nr_structs=1000 pattern=random seed=5 || return
	put a verify 1 || return 1
	[ "$(summary a state)" = live ] && [ "$(summary a pages)" = "$(get a nr_pages)" ] &&
		[ "$(summary a bytes_slack)" = "$(get a bytes_slack)" ] &&
		[ "$(summary a words_verified)" = "$(get a words_verified)" ] &&
		[ "$(summary a pattern)" = random ] && [ "$(summary a seed)" = 5 ] &&
		[ "$(summary a gfp)" = KERNEL ] && [ "$(summary a node)" = -1 ] || return 1
	put a live 0 && [ "$(summary a state)" = idle ] && has_pages a 0
}

# what is open is shown to its end, and is freed when it is closed
open_file_keeps_the_arena() {
	pages_can_be_followed || return
	follow
	landed chunk nr_structs=$((200 * PER_PAGE)) && follow_frames a || return
	exec 3<"$SHOWN/arenas/a/pages"
	put a live 0 && is a pages_held 200 || return 1
	[ "$(summary a pages_held)" = 200 ] || return 1
	kept=$(kept)
	lines=$(wc -l <&3)
	exec 3<&-
	[ "${kept% *}" = 200 ] || {
		ktap_print_msg "of 200 pages ${kept% *} were kept below an open file"
		return 1
	}
	[ "$lines" -eq 201 ] && all_came_free && is a pages_held 0
}

# a fill takes long, and the summary tells of it meanwhile
summary_waits_for_nobody() {
	make_arena a && put a allocator chunk && put a pattern random &&
		put a nr_structs $((LOWMEM_PAGES * SHARE * PER_PAGE / 200)) || return 1
	tries=0
	seen=
	while [ $tries -lt 5 ] && [ -z "$seen" ]; do
		echo 1 2>>"$ERRORS" >"$ARENAS/a/live" &
		starter=$!
		while kill -0 $starter 2>/dev/null && [ -z "$seen" ]; do
			[ "$(summary a state)" != starting ] || seen=1
		done
		wait $starter || no_memory || return
		put a live 0 || return 1
		tries=$((tries + 1))
	done
	[ -n "$seen" ] || {
		ktap_print_msg "the summary was never seen while the arena was filled"
		return 1
	}
}

# NAME: pages of the area of vmalloc() that a function of the driver got; the list of
# its pages is one more area, a smaller one
listed_pages() {
	sed -n "s/.* $1+.* pages=\([0-9]*\) .*/\1/p" /proc/vmallocinfo | sort -n | tail -n 1
}

# too large for kmalloc(); huge pages, if the kernel takes any, are whole ones
kvmalloc_counts_huge_pages() {
	[ -r /proc/vmallocinfo ] || { skip "no /proc/vmallocinfo"; return; }
	landed kvmalloc nr_structs=$(((1 << $(max_order)) * PER_PAGE + 1)) || return
	[ "$(cell a pages 1 9)" = vmalloc ] || return 1
	pages=$(listed_pages kvmalloc_alloc)
	[ -n "$pages" ] || { skip "its area has another name"; return; }
	ktap_print_msg "$(get a nr_pages) pages wanted, $pages taken"
	is a bytes_allocated $((pages * PAGE_SIZE))
}

files_are_for_root_alone() {
	landed page || return
	for file in pages spans summary; do
		[ "$(stat -c %a $SHOWN/arenas/a/$file)" = 400 ] || return 1
	done
	[ "$(stat -c %a $SHOWN/translate)" = 600 ]
}

anything_is_translated() {
	says 0x1000 "user space" && says pfn:0xffffffff "no memory" &&
		says ffffffff "no memory" || return 1
	for junk in "" x pfn: pfn:x phys:-1 0x1ffffffffffffffff pfn:1x "pfn: 1" \
		    0123456789012345678901234567890123456789012345678901234567890123456789; do
		! echo "$junk" 2>/dev/null >"$SHOWN/translate" || {
			ktap_print_msg "translate took \"$junk\""
			return 1
		}
	done
	log_has 'translate=.* is refused: it takes a kernel virtual address' || return 1
	# who keeps the file open goes on with their own question
	exec 3<>"$SHOWN/translate"
	echo pfn:0x123 >&3
	echo 0x1000 >"$SHOWN/translate"
	own=$(awk -F '\t' '$1 == "question:" { print $2 }' <&3)
	# and may ask the next one
	echo pfn:0x124 >&3
	own="$own $(awk -F '\t' '$1 == "question:" { print $2 }' <&3)"
	exec 3<&-
	[ "$own" = "pfn:0x123 pfn:0x124" ] || {
		ktap_print_msg "the answer is about \"$own\""
		return 1
	}
	# every 997th page frame there might be: an answer, and no splat
	pfn=0
	while [ $pfn -lt $((2 * TOTAL_PAGES)) ]; do
		[ -n "$(translated pfn:$pfn answer)" ] || return 1
		pfn=$((pfn + TOTAL_PAGES / 16 + 997))
	done
}

# Free pages that are not mapped, with debug_pagealloc=on, and those that are.
unmapped_memory_is_no_difference() {
	[ -r /proc/kpageflags ] || return "$KSFT_SKIP"
	landed page || return
	first=$(($(cell a pages 1 3) / 4096 * 4096))
	hidden=0
	# the second byte of eight has the bit of the free pages
	for i in $(dd if=/proc/kpageflags bs=8 skip=$first count=4096 2>/dev/null |
		   od -An -v -tu1 -w8 | awk '$2 % 8 >= 4 { print NR - 1 }' | head -n 20); do
		pfn=$((first + i))
		routes=$(translated "pfn:$pfn" routes)
		case $routes in
		agree*) ;;
		*)
			ktap_print_msg "free page $pfn: routes $routes"
			return 1
			;;
		esac
		case $(translated "pfn:$pfn" answer) in
		*"the MMU does not map it now"*) hidden=$((hidden + 1)) ;;
		esac
	done
	ktap_print_msg "$hidden of 20 free pages are not mapped"
	# who maps all of its memory, or cannot tell, sees none
	grep -qw debug_pagealloc=on /proc/cmdline && [ "$(uname -m)" = aarch64 ] || return 0
	[ $hidden -gt 0 ]
}

restrict_again() {
	echo "$RESTRICTED" >$RESTRICT
	UNDO=
}

# Where others have mapped something, by the kernel's own list of it, which shows addresses
# only to those who may see them. Nobody holds the areas, and they may be gone.
areas_of_others_are_translated() {
	[ -r /proc/vmallocinfo ] && [ -w $RESTRICT ] || return "$KSFT_SKIP"
	RESTRICTED=$(cat $RESTRICT)
	UNDO=restrict_again
	echo 1 >$RESTRICT
	# a few of each kind: there may be a thousand
	areas=$(awk '{ kind = / ioremap/ ? "device" : "any" }
		n[kind]++ < 30 { print kind ":" substr($1, 1, index($1, "-") - 1) }' \
		/proc/vmallocinfo)
	restrict_again
	devices=0
	for area in $areas; do
		echo "${area#*:}" >"$SHOWN/translate"
		# at one look: the area may go
		answer=$(awk -F '\t' '$1 == "answer:" { answer = $2 }
			$1 == "routes:" { routes = $2 }
			END { print answer ":" routes }' "$SHOWN/translate")
		case $answer in
		memory:*:agree* | reserved:*:agree* | *" nothing is mapped there:") ;;
		*" mapped to a device:") [ "${area%%:*}" != device ] || devices=$((devices + 1)) ;;
		# a kernel that has no way to tell, and one that hides its list from root, too
		unknown:* | *" neither in "* | *" user space's"*) return "$KSFT_SKIP" ;;
		*)
			ktap_print_msg "$area: $answer"
			return 1
			;;
		esac
	done
	ktap_print_msg "$(echo "$areas" | wc -l) areas, $devices of devices"
	# User Mode Linux has none
	case $areas in
	*device:*) [ $devices -gt 0 ] ;;
	esac
}

flags_by_name() {
	make_arena a || return 1
	for gfp in KERNEL ATOMIC NOWAIT HIGHUSER_MOVABLE "KERNEL|ZERO" \
		   "KERNEL|ZERO|COMP|NORETRY|THISNODE|DMA" "NOWAIT|RETRY_MAYFAIL|DMA32"; do
		put a gfp "$gfp" && is a gfp "$gfp" || return 1
	done
	put a gfp "GFP_KERNEL|__GFP_ZERO" && is a gfp "KERNEL|ZERO" || return 1
	put a gfp "NORETRY|KERNEL" && is a gfp "KERNEL|NORETRY" || return 1
	for gfp in "" "|" ZERO "KERNEL|" "KERNEL|KERNEL" "KERNEL|ATOMIC" "KERNEL|ZERO|ZERO" \
		   "KERNEL|NOFAIL" "KERNEL|NORETRY|RETRY_MAYFAIL" "KERNEL|DMA|DMA32" \
		   "HIGHUSER_MOVABLE|DMA" kernel "KERNEL ZERO" GFP_ 3264; do
		fails_with "Invalid argument" put a gfp "$gfp" && is a gfp "KERNEL|NORETRY" ||
			return 1
	done
	log_has 'gfp=kernel is refused: it takes KERNEL, ATOMIC'
}

# Either an arena or one line that says why not; a splat is seen by run().
every_flag_with_every_allocator() {
	make_arena a && put a nr_structs 300 || return 1
	for allocator in $ALLOCATORS; do
		put a allocator "$allocator" || return 1
		for gfp in ATOMIC NOWAIT HIGHUSER_MOVABLE "KERNEL|ZERO" "KERNEL|COMP" \
			   "ATOMIC|COMP|ZERO" "KERNEL|DMA" "KERNEL|DMA32" "KERNEL|THISNODE" \
			   "KERNEL|RETRY_MAYFAIL" "NOWAIT|NORETRY"; do
			put a gfp "$gfp" || return 1
			put a live 1 || continue
			put a verify 1 && put a live 0 || return 1
		done
	done
	# the refused ones said so
	log_has 'allocator=vmalloc is not started: it has to sleep' &&
		log_has 'allocator=exact is not started: it takes no gfp flags __GFP_COMP' &&
		log_has 'allocator=slab is not started: it takes no gfp flags'
}

nodes_are_checked() {
	make_arena a || return 1
	for node in -2 99999 x "" 1.5 $(($(sed 's/.*[-,]//' /sys/devices/system/node/online \
			2>/dev/null || echo 0) + 1)); do
		fails_with "Invalid argument" put a node "$node" && is a node -1 || return 1
	done
	put a node 0 && is a node 0 && put a live 1 && put a live 0 || return 1
	put a allocator exact && fails_with "Invalid argument" put a live 1 &&
		log_has 'node=0 is refused: allocator exact cannot be told a node'
}

# NODE: pages that the arena has there
pages_on() {
	awk -v node="$1" '$1 == node { print $2 }' "$ARENAS/a/nodes"
}

this_node_is_obeyed() {
	[ -d /sys/devices/system/node/node1 ] || { skip "one node"; return; }
	for allocator in page chunk folio bulk highmem kmalloc kmalloc_object slab kvmalloc; do
		for node in 0 1; do
			landed "$allocator" nr_structs=$NR node=$node \
				gfp="KERNEL|THISNODE" || return
			[ "$(pages_on $node)" -eq "$(get a nr_pages)" ] || {
				ktap_print_msg "$allocator: $(tr '\n' ' ' <$ARENAS/a/nodes)"
				return 1
			}
			awk -F '\t' -v node=$node 'NR > 1 && $6 != node { wrong = 1 }
				END { exit wrong }' "$SHOWN/arenas/a/pages" || return 1
			rmdir "$ARENAS/a" || return 1
		done
	done
}

# pages per node, counted from the table
nodes_are_counted() {
	for allocator in bulk chunk vmalloc; do
		landed "$allocator" nr_structs=$NR || return
		awk -F '\t' 'NR == FNR { if (FNR > 1) n[$6]++; next }
			{ split($0, of, " "); if (n[of[1]] + 0 != of[2]) wrong = 1 }
			END { exit wrong }' "$SHOWN/arenas/a/pages" "$ARENAS/a/nodes" || return 1
		rmdir "$ARENAS/a"
	done
}

highmem_is_highmem() {
	grep -q '^HighTotal: *[1-9]' /proc/meminfo || { skip "no highmem"; return; }
	landed highmem nr_structs=$NR || return
	zones=$(awk -F '\t' 'NR > 1 { n[$7]++ } END { print n["HighMem"] + 0 }' \
		"$SHOWN/arenas/a/pages")
	[ "$zones" -gt $(($(get a nr_pages) / 2)) ] || {
		ktap_print_msg "$zones pages of highmem"
		return 1
	}
	[ "$(cell a pages 1 9)" = highmem ] && put a verify 1 && put a live 0
}

free_cma() {
	cat /proc/sys/vm/stat_refresh >/dev/null 2>&1
	awk '$1 == "nr_free_cma" { print $2 }' /proc/vmstat
}

# The area's own events tell of the pages, and of nobody else's.
cma_comes_from_its_area() {
	[ -w "$TRACE/events/cma/cma_alloc_finish/enable" ] || { skip "no events of CMA"; return; }
	trace_on
	event cma/cma_alloc_finish 1
	event cma/cma_release 1
	landed cma nr_structs=$((512 * PER_PAGE)) || return
	run_of_cma=" pfn=$(cell a spans 1 5) .*count=512 "
	grep -q ": cma_alloc_finish: .*$run_of_cma" "$TRACE/trace" || {
		ktap_print_msg "$(grep cma_alloc_finish "$TRACE/trace")"
		return 1
	}
	[ "$(summary a contiguous_runs)" = 1 ] || return 1
	put a live 0 && wait_until grep -q ": cma_release: .*${run_of_cma% }" "$TRACE/trace"
}

# pages of the area that others are given, by the kernel's own test of it: all there are,
# in ever smaller runs
TAKEN_CMA=0

take_cma() {
	run_pages=4096
	while [ $run_pages -ge 1 ]; do
		if echo $run_pages 2>/dev/null >"$1/alloc"; then
			TAKEN_CMA=$((TAKEN_CMA + run_pages))
		else
			run_pages=$((run_pages / 2))
		fi
	done
}

give_cma_back() {
	[ $TAKEN_CMA -eq 0 ] || echo $TAKEN_CMA >"$area/free"
	TAKEN_CMA=0
	UNDO=
}

# a block of a power of two pages, all of it; or a failure, if that is asked for
block_instead_of_area() {
	live a allocator=cma nr_structs=$((5 * PER_PAGE)) || return 1
	is a source pages && is a bytes_allocated $((8 * PAGE_SIZE)) &&
		is a bytes_slack $((3 * PAGE_SIZE)) && put a verify 1 || return 1
	# and so it counts, with those that are low memory
	make_arena b && put b allocator chunk && put b nr_structs "$(all_objects)" &&
		fails_with "Argument list too long" put b live 1 &&
		log_has '^arenas/b: .* of low memory is .* other arenas have 8:' || return 1
	log_has '^arenas/a: nr_structs=.* lies on a block .*(8 pages), .*no room in one piece' &&
		put a live 0 && put a cma_only 1 || return 1
	fails_with "Cannot allocate memory|Out of memory" put a live 1 && is a error -12 &&
		log_has '^arenas/a: .* 5 pages of the area for DMA, which has no room in one piece'
}

# of a machine that has displays and cameras, none is taken away
cma_without_its_area_is_a_block() {
	is_emulated || { skip "takes all of the area for DMA: on emulated machines"; return; }
	area=$(find $DEBUGFS/cma -mindepth 1 -maxdepth 1 -type d 2>/dev/null | head -n 1)
	if [ -z "$area" ] || [ "$(find $DEBUGFS/cma -mindepth 1 -maxdepth 1 | wc -l)" -ne 1 ]; then
		skip "CONFIG_CMA_DEBUGFS shows no area, or several"
		return
	fi
	UNDO=give_cma_back
	take_cma "$area"
	ktap_print_msg "$TAKEN_CMA pages of the area are taken, $(free_cma) are free"
	block_instead_of_area
	status=$?
	give_cma_back
	[ $status -eq 0 ] && put a live 1 && is a source cma
}

# the DMA API takes no single page from the area
one_page_is_not_of_the_area() {
	landed cma nr_structs=1 || return
	is a source pages &&
		log_has '^arenas/a: nr_structs=1 lies on a block .*(1 pages), not in the area' &&
		put a live 0 && put a cma_only 1 || return 1
	fails_with "Cannot allocate memory|Out of memory" put a live 1 && is a error -12 &&
		log_has '^arenas/a: .*takes no single page, and cma_only=1' || return 1
	put a nr_structs $((5 * PER_PAGE)) && put a live 1 && is a source cma &&
		put a live 0 && put a allocator page || return 1
	fails_with "Invalid argument" put a live 1 &&
		log_has '^arenas/a: allocator=page is not started: cma_only=1'
}

# of the area arenas get max_percent and no more, however much RAM there is
cma_leaves_a_share() {
	area=$((${CMA_KB:-0} * 1024 / PAGE_SIZE))
	[ $area -gt 20 ] || { skip "no area for CMA"; return; }
	put_percent 50
	make_arena a && put a allocator cma && put a nr_structs $(((area / 2 + 1) * PER_PAGE)) ||
		return 1
	fails_with "Argument list too long" put a live 1 &&
		log_has "needs $((area / 2 + 1)) pages, max_percent=50 of the area" &&
		log_has "of the area for DMA (CMA) is $((area / 2)) pages" ||
		return 1
	block=$((1 << $(max_order)))
	most=$((area > block ? area : block))
	put a nr_structs $((most * PER_PAGE + 1)) || return 1
	fails_with "Argument list too long" put a live 1 &&
		log_has "needs $((most + 1)) pages in a row, allocator cma ends at $most (" ||
		return 1
	put a cma_only 1 && put a nr_structs $((area * PER_PAGE + 1)) || return 1
	fails_with "Argument list too long" put a live 1 &&
		log_has "needs $((area + 1)) pages in a row, the area for DMA has $area:"
}

# ALLOCATOR PAGES LOW: as many pages, of highmem first, with as many arenas of low memory
share_of_high() {
	put_percent 10
	live low allocator=chunk nr_structs=$(($3 * PER_PAGE)) &&
		live a allocator="$1" nr_structs=$(($2 * PER_PAGE)) || return 1
	make_arena b && put b allocator "$1" && put b nr_structs $(($2 * PER_PAGE)) || return 1
	fails_with "Argument list too long" put b live 1 &&
		log_has "^arenas/b: .*max_percent=10 of high memory is [0-9]* pages" &&
		log_has "^arenas/b: .* of which other arenas have $2:" ||
		return 1
	make_arena c && put c allocator chunk && put c nr_structs $(($3 * PER_PAGE)) || return 1
	fails_with "Argument list too long" put c live 1 &&
		log_has "^arenas/c: .*max_percent=10 of low memory is"
}

# low and high memory are two things: what there is of one is no more for the other
each_kind_of_memory_has_its_share() {
	high=$((${HIGH_KB:-0} * 1024 / PAGE_SIZE))
	[ $high -gt 2000 ] || { skip "no highmem"; return; }
	for allocator in highmem vmalloc; do
		share_of_high $allocator $((high * 6 / 100)) $((LOWMEM_PAGES * 6 / 100))
		status=$?
		put_percent "$SHARE"
		clean_up
		[ $status -eq 0 ] || return $status
	done
}

# asked_for THREAD: the flags that the thread asked for pages with
asked_for() {
	sed -nE "s,^ *(kmst/)?$1-[0-9].* (mm_page_alloc|kmalloc): .*gfp_flags=([A-Z_|]*).*,\\3,p" \
		"$TRACE/trace" | sort -u
}

# where everybody else lets kvmalloc() take single pages soon, so do arenas; the tables of
# pointers come from there, too
kvmalloc_asks_as_everybody_does() {
	events=$TRACE/events/kmem
	[ -w "$events/mm_page_alloc/enable" ] || { skip "no tracing instance"; return; }
	trace_on
	echo 1 >"$events/mm_page_alloc/enable"
	echo 1 >"$events/kmalloc/enable"
	landed kvmalloc nr_structs=$((40 * PER_PAGE))
	status=$?
	echo 0 >"$events/mm_page_alloc/enable"
	echo 0 >"$events/kmalloc/enable"
	[ $status -eq 0 ] || return $status
	flags=$(asked_for a)
	echo "$flags" | grep -q GFP_KERNEL || return 1
	! echo "$flags" | grep RETRY_MAYFAIL
}

slab_has_a_cache_of_its_own() {
	[ -r /proc/slabinfo ] || { skip "no /proc/slabinfo"; return; }
	landed slab nr_structs=$NR || return
	grep -q '^kmem_studio-[0-9]* *[1-9]' /proc/slabinfo || return 1
	# its objects share lines of the caches with others: these are not flushed
	put a verify 1 && is a verified_in caches || return 1
	put a live 0 && ! grep -q '^kmem_studio-' /proc/slabinfo
}

# More than a page of kmalloc() is a slab's, if it has slabs for that: on each of its pages.
slabs_of_several_pages_are_slabs() {
	landed kmalloc nr_structs=$((PER_PAGE + 1)) || return
	[ "$(get a source)" = slab ] || { skip "the page allocator gives it"; return; }
	[ "$(cell a pages 1 9)" = slab ] && [ "$(cell a pages 2 9)" = slab ] || return 1
	# the slab has one user, newer kernels count none; each of its pages says the same
	refs=$(cell a pages 1 8)
	ktap_print_msg "slab of several pages: refs $refs"
	[ "$refs" -le 1 ] && [ "$(cell a pages 2 8)" = "$refs" ]
}

# How many pages of an arena of slab are of the pool of KFENCE, which gives none back.
pages_of_kfence() {
	cache=$(grep -o '^kmem_studio-[0-9]*' /proc/slabinfo 2>/dev/null)
	if [ -z "$cache" ] || [ ! -r /sys/kernel/debug/kfence/objects ]; then
		echo 0
		return
	fi
	grep -c "cache=$cache\$" /sys/kernel/debug/kfence/objects
}

# Of objects from the kernel's own caches each is followed, of all others their frames: the
# pages of those caches have others' objects, too.
lands_and_goes() {
	make_arena a && put a allocator "$1" && put a nr_structs $NR || return 1
	if [ "$1" = kmalloc_object ]; then
		is_module || return 0
		put a nr_structs 500
	fi
	follow objects
	if ! put a live 1; then
		[ "$(get a error)" = -95 ] || no_memory || [ $? -eq "$KSFT_SKIP" ]
		return
	fi
	if [ "$1" = kmalloc_object ]; then
		kept=$(kept)
		[ "${kept#* }" -ge 500 ] || return 1
	else
		follow_frames a || return 1
	fi
	never_free=$(pages_of_kfence)
	rmdir "$ARENAS/a" && all_came_free
}

# one of each allocator for 20 of CYCLES, or of 100
cycles_leak_nothing() {
	pages_can_be_followed || return
	n=${CYCLES:-100}
	while [ "$n" -gt 0 ]; do
		for allocator in $ALLOCATORS; do
			lands_and_goes "$allocator" || {
				ktap_print_msg "$allocator"
				return 1
			}
			rmdir "$ARENAS/a" 2>/dev/null
		done
		n=$((n - 20))
	done
}

take_arenas
if [ ! -d $SHOWN ] && ! mount_ours debugfs "$DEBUGFS"; then
	ktap_skip_all "no debugfs"
	exit "$KSFT_SKIP"
fi

ktap_set_plan 38

for allocator in $ALLOCATORS; do
	run "$allocator lands" allocator_lands "$allocator"
done
run "small arenas" allocator_lands_small
run "contiguous memory is one run" contiguous_memory_is_one_run
run "runs of vmalloc are told" runs_of_vmalloc_are_told
run "the summary" summary_agrees
run "the summary waits for nobody" summary_waits_for_nobody
run "kvmalloc counts huge pages" kvmalloc_counts_huge_pages
run "an open file keeps the arena" open_file_keeps_the_arena
run "files are for root alone" files_are_for_root_alone
run "anything is translated" anything_is_translated
run "unmapped memory is no difference" unmapped_memory_is_no_difference
run "areas of others are translated" areas_of_others_are_translated
run "flags by name" flags_by_name
run "every flag with every allocator" every_flag_with_every_allocator
run "nodes are checked" nodes_are_checked
run "THISNODE is obeyed" this_node_is_obeyed
run "nodes are counted" nodes_are_counted
run "highmem is highmem" highmem_is_highmem
run "cma comes from its area" cma_comes_from_its_area
run "cma without its area is a block" cma_without_its_area_is_a_block
run "one page is not of the area" one_page_is_not_of_the_area
run "cma leaves a share" cma_leaves_a_share
run "each kind of memory has its share" each_kind_of_memory_has_its_share
run "kvmalloc asks as everybody does" kvmalloc_asks_as_everybody_does
run "slab has a cache of its own" slab_has_a_cache_of_its_own
run "slabs of several pages" slabs_of_several_pages_are_slabs
run "cycles leak nothing" cycles_leak_nothing

ktap_finished
