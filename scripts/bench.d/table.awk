# SPDX-License-Identifier: GPL-2.0
#
# Tables for people, of the runs of one kind. Variable: kind, true for emulated ones.
function remember(key) {
	if (!(key in seen)) {
		seen[key] = 1
		keys[++nr_keys] = key
	}
}
function number(v) {
	return v == "" ? "-" : sprintf(v + 0 < 99.95 ? "%.1f" : "%.0f", v)
}
function letter(r) { return substr("ABCDEFGHIJKLMNOPQRSTUVWXYZ", r, 1) }
function change(v, from) {
	if (v == "" || from == "" || from + 0 == 0)
		return "-"
	return sprintf("%+.1f%%", (v - from) / from * 100)
}
# the columns of one figure: of each run, and how it differs
function figures(key, name,   i, out) {
	for (i = 1; i <= runs; i++) {
		out = out sprintf(" %9s", number(result[run[i], key, name]))
		if (i > 1)
			out = out sprintf(" %7s", change(result[run[i], key, name],
				result[run[1], key, name]))
	}
	return out
}
function figure_titles(   i, out) {
	for (i = 1; i <= runs; i++)
		out = out sprintf(" %9s", letter(i)) (i > 1 ? sprintf(" %7s", "change") : "")
	return out
}
function spread(s, width) { return sprintf(" %" (width - 1) "s", s) }

function one_block(pattern, name,   a, o, any, cell) {
	printf "\n%s, to %s\n%5s %8s", pattern == "hot" ? "hot" : "held",
		name == "alloc" ? "allocate" : "free", "order", "bytes"
	for (a = 1; a <= nr_allocators; a++)
		printf " %9s", allocators[a]
	print ""
	for (o = 0; o <= max_order; o++) {
		printf "%5d %8d", o, bytes_of[o]
		for (a = 1; a <= nr_allocators; a++)
			printf " %9s", number(result[run[1], allocators[a] "," pattern "," o, name])
		print ""
	}
}
function compare(pattern,   a, o, key, width) {
	width = runs * 10 + (runs - 1) * 8
	printf "\n%-16s%s%s\n%-10s %5s%s%s\n", pattern == "hot" ? "hot" : "held",
		spread("to allocate", width), spread("to free", width),
		"allocator", "order", figure_titles(), figure_titles()
	for (a = 1; a <= nr_allocators; a++) {
		for (o = 0; o <= max_order; o++) {
			key = allocators[a] "," pattern "," o
			if (key in has)
				printf "%-10s %5d%s%s\n", allocators[a], o,
					figures(key, "alloc"), figures(key, "free")
		}
	}
}
function print_orders() {
	if (!nr_allocators)
		return
	if (runs == 1) {
		one_block("hot", "alloc")
		one_block("hot", "free")
		one_block("fifo", "alloc")
		one_block("fifo", "free")
	} else {
		compare("hot")
		compare("fifo")
	}
}

# a bench, the bare calls, and how often the one has the other in it
function beside(bench, bare) {
	return sprintf(" %9s %9s %6s", number(bench), number(bare),
		bare + 0 ? sprintf("%.3f", bench / bare) : "-")
}
function print_bare(   i, r, a, o, hot, held) {
	for (i = 1; i <= runs; i++) {
		r = run[i]
		if (!(r in has_bare))
			continue
		printf "\n%sbeside the bare calls, in the same boot\n%-16s %26s %26s %26s\n",
			(runs > 1 ? letter(i) ": " : ""), "", "hot, both", "held, to allocate",
			"held, to free"
		printf "%-10s %5s", "allocator", "order"
		for (o = 0; o < 3; o++)
			printf " %9s %9s %6s", "bench", "bare", "ratio"
		print ""
		for (a = 1; a <= nr_allocators; a++) {
			for (o = 0; o <= max_order; o++) {
				hot = allocators[a] ",hot," o
				held = allocators[a] ",fifo," o
				if (!((r, hot, "bare_pair") in result))
					continue
				printf "%-10s %5d%s%s%s\n", allocators[a], o,
					beside(result[r, hot, "alloc"] + result[r, hot, "free"],
						result[r, hot, "bare_pair"]),
					beside(result[r, held, "alloc"], result[r, held, "bare_alloc"]),
					beside(result[r, held, "free"], result[r, held, "bare_free"])
			}
		}
	}
}

function print_course(   i, k, key, part) {
	if (!nr_course)
		return
	for (i = 1; i <= runs; i++) {
		printf "\n%sstructs of 32 bytes\n", (runs > 1 ? letter(i) ": " : "")
		printf "%-14s %7s %10s %10s %10s %10s %12s %10s\n", "allocator", "structs",
			"requested", "allocated", "wasted", "on pages", "to allocate", "a struct"
		for (k = 1; k <= nr_course; k++) {
			key = course[k]
			if (!((run[i], key) in at))
				continue
			split(key, part, ",")
			printf "%-14s %7s %10s %10s %10s %10s %12s %10s\n", part[1], part[2],
				result[run[i], key, "requested"],
				result[run[i], key, "allocated"],
				result[run[i], key, "wasted"],
				result[run[i], key, "on_pages"],
				number(result[run[i], key, "alloc"]),
				number(result[run[i], key, "alloc"] / part[2])
		}
	}
}

function print_sizes(   i, k, key, part, r) {
	if (!nr_sizes)
		return
	for (i = 1; i <= runs; i++) {
		r = run[i]
		printf "\n%s%-10s %29s   %29s\n", (runs > 1 ? letter(i) ": " : ""), "",
			"kmalloc             ", "page              "
		printf "%10s %9s %9s %9s   %9s %9s %9s\n", "requested", "usable", "takes",
			"wasted", "usable", "takes", "wasted"
		for (k = 1; k <= nr_sizes; k++) {
			printf "%10d", sizes[k]
			for (key = 1; key <= 2; key++)
				printf " %9s %9s %9s%s", size_cell(r, sizes[k], key, "usable"),
					size_cell(r, sizes[k], key, "taken"),
					waste_cell(r, sizes[k], key), key == 1 ? "  " : ""
			print ""
		}
	}
}
function size_key(size, which) { return (which == 1 ? "kmalloc," : "page,") size }
function size_cell(r, size, which, name,   v) {
	v = result[r, size_key(size, which), name]
	return v == "" ? "-" : sprintf("%.0f", v)
}
function waste_cell(r, size, which,   v) {
	v = result[r, size_key(size, which), "taken"]
	return v == "" ? "-" : sprintf("%.0f%%", (v - size) / v * 100)
}

BEGIN { FS = "\t" }
{
	split("", value)
	for (i = 3; i <= NF; i++)
		value[substr($i, 1, index($i, "=") - 1)] = substr($i, index($i, "=") + 1)
}
$2 == "run" && value["emulated"] == kind {
	run[++runs] = $1
	mine[$1] = 1
	title[$1] = value["title"]
	source[$1] = value["source"]
	unit = value["unit"]
}
!($1 in mine) { next }
$2 == "context" {
	for (i in value)
		context[$1, i] = value[i]
}
$2 == "orders" { key = value["allocator"] "," value["pattern"] "," value["order"] }
$2 == "course" { key = value["allocator"] "," value["structs"] }
$2 == "sizes" { key = value["allocator"] "," value["requested"] }
$2 == "orders" || $2 == "course" || $2 == "sizes" {
	for (i in value)
		result[$1, key, i] = value[i]
	at[$1, key] = 1
}
$2 == "orders" {
	if (!(value["allocator"] in known))
		allocators[++nr_allocators] = value["allocator"]
	known[value["allocator"]] = 1
	if (value["order"] + 0 > max_order + 0)
		max_order = value["order"] + 0
	bytes_of[value["order"] + 0] = value["bytes"] + 0
	has[key] = 1
	if (value["failures"] > 0)
		failures[++nr_failures] = value["allocator"] ", " value["pattern"] \
			", order " value["order"]
}
"bare_pair" in value { has_bare[$1] = 1 }
$2 == "none" { missing = missing " " value["allocator"] }
$2 == "course" && !(key in known_course) {
	known_course[key] = 1
	course[++nr_course] = key
}
$2 == "sizes" && !(value["requested"] in known_size) {
	known_size[value["requested"]] = 1
	sizes[++nr_sizes] = value["requested"] + 0
}
END {
	if (!runs)
		exit
	printf "%s\n", kind == "true" ? "Emulated, in " unit : "On a board, in " unit
	for (i = 1; i <= runs; i++) {
		r = run[i]
		printf "%s%s: Linux %s%s, %s-byte pages, %s\n", (runs > 1 ? letter(i) ": " : ""),
			title[r], context[r, "release"], source[r] == "" ? "" : " (" source[r] ")",
			context[r, "page_size"], context[r, "preemption"]
		if (context[r, "throttled"] ~ /^0x/ && context[r, "throttled"] != "0x0")
			print "   the firmware slowed it down: throttled=" context[r, "throttled"]
	}
	print_orders()
	print_bare()
	print_course()
	print_sizes()
	for (i = 1; i <= nr_failures; i++)
		print "some allocations failed: " failures[i]
	if (missing != "")
		print "\nnot in this kernel:" missing
}
