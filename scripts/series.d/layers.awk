# SPDX-License-Identifier: GPL-2.0
# What the includes and the texts of files have against the tables of layers, table and beside
# in the environment; from is the lowest level that makes text.

function unit(file,    name) {
	if (file ~ /^(allocator|layout)s\//)
		return substr(file, 1, index(file, "/") - 2)
	name = file
	sub(/.*\//, "", name)
	sub(/\.[ch]$/, "", name)
	if (file ~ /^tests\//) {
		sub(/_kunit$/, "", name)
		return name in stands_for ? stands_for[name] : name
	}
	while (!(name in level) && sub(/_[^_]*$/, "", name))
		;
	return name
}

function included(header, file) {
	sub(/[^\/]*$/, "", file)
	for (file = file header; sub(/[^\/.]+\/\.\.\//, "", file); )
		;
	return file
}

function at(said) { print FILENAME ":" FNR " " said }
BEGIN {
	n = split(ENVIRON["table"], line, "\n")
	for (i = 1; i <= n; i++) {
		names = split(line[i], name, " ")
		for (j = 2; j <= names; j++) {
			level[name[j]] = name[1]
			row[name[j]] = i
		}
	}
	n = split(ENVIRON["beside"], line, "\n")
	for (i = 1; i <= n; i++) {
		if (split(line[i], name, " ") == 2)
			stands_for[name[1]] = name[2]
	}
	for (i = 1; i < ARGC; i++)
		there[ARGV[i]]
}

FNR == 1 {
	own = unit(FILENAME)
	is_test = FILENAME ~ /^tests\//
	if (!(own in level))
		print FILENAME " has no level in the table of layers"
}

!(own in level) { next }
{ text = uncommented($0) }
text ~ /^[ \t]*#[ \t]*include[ \t]*"/ {
	split(text, part, "\"")
	header = included(part[2], FILENAME)
	other = unit(header)
	if (!(header in there))
		at("includes " header ", which does not exist")
	else if (header ~ /^tests\// && !is_test)
		at("includes " header ", and only tests may")
	else if (other != own && row[other] >= row[own])
		at("(level " level[own] ") includes " header " (level " level[other] "): not a lower one")
}

!is_test && level[own] < from &&
text ~ /(^|[^A-Za-z0-9_])(pr_[a-z_]+|printk[a-z_]*|seq_[a-z_]+)[ \t]*\(/ {
	at("(level " level[own] ") makes text: " text)
}
