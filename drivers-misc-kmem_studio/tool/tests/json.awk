# SPDX-License-Identifier: GPL-2.0
#
# Is each name of the program's JSON in the manual page, under its command? Prints those that
# are not, and ends with status 1 if there are any, or no JSON.
#
#	awk -f json.awk kmem-studio.8 OUTPUT
#
# The page's section JSON tells what its lines mean. The program writes a name a line, and
# indents by depth, which is all that is read of it here.

function join(path, name)
{
	return path == "" ? name : path "." name
}

# A path is documented, and so are all that it is in.
function document(command, path)
{
	documented[command, path] = 1
	while (sub(/\.[^.]*$/, "", path))
		documented[command, path] = 1
}

# "path: name, name", "path: see command", or "name, name"
function take_line(line,    path, names, nr, i, k)
{
	path = ""
	if (match(line, /^[a-z_.]+(\[\])?(\.[a-z_.]+(\[\])?)*: /)) {
		path = substr(line, 1, RLENGTH - 2)
		line = substr(line, RLENGTH + 1)
	}
	nr = split(line, names, / *, */)
	for (k = 1; k <= nr_commands; k++) {
		if (line ~ /^see /) {
			document(commands[k], path)
			see[commands[k], path] = substr(line, 5)
			continue
		}
		for (i = 1; i <= nr; i++)
			document(commands[k], join(path, names[i]))
	}
}

function is_documented(command, path,    parent, name)
{
	if (("all", path) in documented || (command, path) in documented)
		return 1
	if (!match(path, /\.[^.]*$/))
		return 0
	parent = substr(path, 1, RSTART - 1)
	name = substr(path, RSTART + 1)
	if ((command, join(parent, "*")) in documented)
		return 1
	return (command, parent) in see &&
		(see[command, parent], join("rows[]", name)) in documented
}

# --- the page ---

FNR == NR && /^\.SH / { in_json = $2 == "JSON" }

FNR == NR && in_json {
	gsub(/\\-/, "-")
	if (/^\.B /) {
		nr_commands = split(substr($0, 4), commands, / *, */)
	} else if (/^\.nf/) {
		in_lines = 1
		line = ""
	} else if (/^\.fi/) {
		take_line(line)
		in_lines = 0
	} else if (in_lines && /^ /) {
		sub(/^ +/, " ")
		line = line $0
	} else if (in_lines) {
		if (line != "")
			take_line(line)
		line = $0
	}
}

# --- what the program printed ---

FNR != NR {
	match($0, /^ */)
	depth = RLENGTH / 2
	rest = substr($0, RLENGTH + 1)
	if (rest == "{") {
		inside[depth] = depth ? inside[depth - 1] : ""
		next
	}
	if (!match(rest, /^"[^"]*": /))
		next
	path = join(inside[depth - 1], substr(rest, 2, RLENGTH - 4))
	value = substr(rest, RLENGTH + 1)
	if (path == "command") {
		command = value
		gsub(/[",]/, "", command)
	}
	if (value ~ /^\[/)
		path = path "[]"
	inside[depth] = path
	found[path] = 1
}

END {
	for (path in found) {
		if (is_documented(command, path))
			continue
		print "kmem-studio.8 has no " path " of " command
		missing = 1
	}
	exit missing || command == ""
}
