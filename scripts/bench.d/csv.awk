# SPDX-License-Identifier: GPL-2.0
#
# Results as a table for programs: one line of titles, then a line for each result.
function quoted(s) {
	if (s ~ /[",]/) {
		gsub(/"/, "\"\"", s)
		s = "\"" s "\""
	}
	return s
}
BEGIN {
	FS = "\t"
	columns = split("run emulated board release unit set allocator pattern order bytes " \
		"held rounds runs batch ops failures structs requested usable allocated taken " \
		"on_pages wasted alloc alloc_ci95 free free_ci95 " \
		"bare_pair bare_alloc bare_free source title", column, " ")
	for (c = 1; c <= columns; c++)
		printf "%s%s", (c > 1 ? "," : ""), column[c]
	print ""
}
{
	split("", value)
	for (i = 3; i <= NF; i++)
		value[substr($i, 1, index($i, "=") - 1)] = substr($i, index($i, "=") + 1)
}
$2 == "run" {
	emulated[$1] = value["emulated"]
	board[$1] = value["board"]
	unit[$1] = value["unit"]
	source[$1] = value["source"]
	title[$1] = value["title"]
}
$2 == "context" && "release" in value { release[$1] = value["release"] }
$2 == "orders" || $2 == "course" || $2 == "sizes" {
	value["run"] = $1
	value["set"] = $2
	value["emulated"] = emulated[$1]
	value["board"] = board[$1]
	value["release"] = release[$1]
	value["unit"] = unit[$1]
	value["source"] = source[$1]
	value["title"] = title[$1]
	for (c = 1; c <= columns; c++)
		printf "%s%s", (c > 1 ? "," : ""), quoted(value[column[c]])
	print ""
}
