# SPDX-License-Identifier: GPL-2.0
# Say what the includes and the texts of files have against the tables that are read first: part
# is "layers", then "beside", then unset. From the level text_level on, text may be made.

# The name in the tables that a file belongs to is its own without suffixes that are not there.
function unit(file,    name)
{
	if (file ~ /^(allocator|layout)s\//)
		return substr(file, 1, index(file, "/") - 2)
	name = file
	gsub(/.*\/|\.[ch]$/, "", name)
	if (file ~ /^tests\//) {
		sub(/_kunit$/, "", name)
		return name in stands_for ? stands_for[name] : name
	}
	while (!(name in level) && sub(/_[^_]*$/, "", name))
		;
	return name
}

function included(header, file)
{
	sub(/[^\/]*$/, "", file)
	file = file header
	while (sub(/[^\/.]+\/\.\.\//, "", file))
		;
	return file
}

function says(what)
{
	print FILENAME ":" FNR " (level " level[own] ") " what
}

BEGIN {
	for (i = 1; i < ARGC; i++)
		there[ARGV[i]]
}

part == "layers" {
	for (i = 2; i <= NF; i++) {
		level[$i] = $1
		row[$i] = FNR
	}
}
part == "beside" {
	for (i = 2; i <= NF; i++)
		stands_for[$i] = $1
}
part { next }

FNR == 1 {
	own = unit(FILENAME)
	is_test = FILENAME ~ /^tests\//
	if (!(own in level))
		print FILENAME " has no level in the table of layers"
}
!(own in level) { next }

/^[ \t]*#[ \t]*include[ \t]*"/ {
	split($0, quoted, "\"")
	header = included(quoted[2], FILENAME)
	other = unit(header)
	if (!(header in there))
		says("includes " header ", which does not exist")
	else if (header ~ /^tests\// && !is_test)
		says("includes " header ", and only tests may")
	else if (other != own && row[other] >= row[own])
		says("includes " header " (level " level[other] "): not a lower one")
}

!is_test && level[own] < text_level && !/^#define pr_fmt\(/ &&
/(^|[^A-Za-z0-9_])(pr_[a-z_]+|printk[a-z_]*|seq_[a-z_]+)[ \t]*\(/ {
	says("makes text: " $0)
}
