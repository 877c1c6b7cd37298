# SPDX-License-Identifier: GPL-2.0
#
# What a job has printed, as results. Variable: run, the number of the run.
function set_fields(   i, at) {
	split("", value)
	for (i = 2; i <= NF; i++) {
		at = index($i, "=")
		value[substr($i, 1, at - 1)] = substr($i, at + 1)
	}
}
# The class with the smallest objects that it fits in; 0 if it is a block of pages.
function class_of(usable,   c, best) {
	for (c = 1; c <= classes; c++) {
		if (object[c] >= usable + 0 && (!best || object[c] < object[best]))
			best = c
	}
	return best + 0
}
# Not every awk has powers.
function doubled(n, times) { return times > 0 ? doubled(2 * n, times - 1) : n }
# The context is told last, and belongs first.
function keep(line) { kept[++nr_kept] = line }
BEGIN { FS = "\t" }
{ set_fields() }
$1 == "orders" || $1 == "none" { keep(run "\t" $0) }
$1 == "course" {
	keep(run "\tcourse\t" $2 "\t" $3 "\trequested=" value["bytes_requested"] \
		"\tallocated=" value["bytes_allocated"] \
		"\twasted=" (value["bytes_allocated"] - value["bytes_requested"]) \
		"\ton_pages=" value["bytes_on_pages"] \
		"\talloc=" value["alloc_ns"] "\tfree=" value["free_ns"])
}
$1 == "class" {
	object[++classes] = value["object_size"] + 0
	slab[classes] = value["slab_size"] + 0
	per_slab[classes] = value["objs_per_slab"] + 0
	order[classes] = value["order"] + 0
}
$1 == "sizes" {
	size_of[++sizes] = value["requested"] + 0
	allocator_of[sizes] = value["allocator"]
	usable_of[sizes] = value["usable"]
}
$1 == "context" {
	if ($2 ~ /^page_size=/)
		page = substr($2, 11) + 0
	print run "\t" $0
}
END {
	for (i = 1; i <= nr_kept; i++)
		print kept[i]
	for (i = 1; i <= sizes; i++) {
		usable = usable_of[i]
		best = 0
		if (allocator_of[i] == "kmalloc")
			best = class_of(usable == "" ? size_of[i] : usable)
		if (best && usable == "")
			usable = object[best]
		if (allocator_of[i] == "page" && usable == "")
			usable = page
		if (usable == "")
			continue
		all = best ? page * doubled(1, order[best]) / per_slab[best] : usable
		printf "%s\tsizes\tallocator=%s\trequested=%.0f\tusable=%.0f\ttaken=%.1f\twasted=%.1f\n",
			run, allocator_of[i], size_of[i], usable, all, all - size_of[i]
	}
}
