# SPDX-License-Identifier: GPL-2.0
#
# Results of what json.awk wrote, by whomever it was laid out anew since. Variable: first, the
# number of the first run.
function bad(why) {
	if (!failed)
		print "it is no JSON: " why > "/dev/stderr"
	failed = 1
	exit 1
}
function skip_blanks() {
	while (at <= all && index(" \t\r\n", substr(s, at, 1)))
		at++
}
function string(   from, c, out) {
	for (at++; at <= all; at++) {
		c = substr(s, at, 1)
		if (c == "\"") {
			at++
			return out
		}
		if (c == "\\")
			c = substr(s, ++at, 1)
		out = out c
	}
	bad("a text does not end")
}
function members(path, last, named,   n, name) {
	at++
	skip_blanks()
	if (substr(s, at, 1) == last) {
		at++
		return
	}
	for (;;) {
		skip_blanks()
		name = n++
		if (named) {
			if (substr(s, at, 1) != "\"")
				bad("a name is missing at " at)
			name = string()
			skip_blanks()
			if (substr(s, at++, 1) != ":")
				bad("a colon is missing at " at)
		}
		value(path == "" ? name : path "." name)
		skip_blanks()
		if (substr(s, at, 1) == last)
			break
		if (substr(s, at, 1) != ",")
			bad("a comma is missing at " at)
		at++
	}
	at++
}
function value(path,   c, from) {
	skip_blanks()
	c = substr(s, at, 1)
	if (c == "{")
		members(path, "}", 1)
	else if (c == "[")
		members(path, "]", 0)
	else {
		paths[++nr] = path
		if (c == "\"") {
			value_of[nr] = string()
			return
		}
		from = at
		while (at <= all && substr(s, at, 1) ~ /[-+.0-9a-zA-Z]/)
			at++
		c = substr(s, from, at - from)
		if (c !~ /^(true|false|null|-?[0-9.]+([eE][-+]?[0-9]+)?)$/)
			bad("something strange at " from)
		value_of[nr] = c == "null" ? "" : c
	}
}
function print_line() {
	if (line != "")
		print line
	line = ""
}
{ s = s $0 "\n" }
END {
	if (failed)
		exit 1
	all = length(s)
	at = 1
	value("")
	skip_blanks()
	if (at <= all)
		bad("something behind its end")
	for (i = 1; i <= nr; i++)
		top[paths[i]] = value_of[i]
	if (top["schema"] != "kmem_studio-bench") {
		print "it is not of the schema kmem_studio-bench" > "/dev/stderr"
		exit 1
	}
	if (top["version"] != 1) {
		print "it is version " top["version"] " of the schema; this is for 1" > "/dev/stderr"
		exit 1
	}
	for (i = 1; i <= nr; i++) {
		n = split(paths[i], part, ".")
		if (part[1] != "runs" || n < 3)
			continue
		run = first + part[2]
		if (n == 3)
			place = run "\trun"
		else if (n == 4 && part[3] == "context")
			place = run "\tcontext\t" part[4]
		else if (n == 5 && part[3] == "results")
			place = run "\t" part[4]
		else
			continue
		gsub(/\t/, " ", value_of[i])
		if (place != last) {
			print_line()
			line = n == 3 ? place : n == 4 ? run "\tcontext" : run "\t" value_of[i]
			last = place
			if (n == 5)
				continue
		}
		line = line "\t" part[n] "=" value_of[i]
	}
	print_line()
}
