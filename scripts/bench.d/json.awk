# SPDX-License-Identifier: GPL-2.0
#
# Results as JSON, see Documentation/measuring.md. On a board it is mawk that runs it.
function text(s,   i, c, out) {
	for (i = 1; i <= length(s); i++) {
		c = substr(s, i, 1)
		if (c == "\\" || c == "\"")
			c = "\\" c
		else if (c < " ")
			c = " "
		out = out c
	}
	return "\"" out "\""
}
function field(f, is_text,   at, value) {
	at = index(f, "=")
	value = substr(f, at + 1)
	if (value == "" && !is_text)
		value = "null"
	else if (is_text || value !~ /^(true|false|-?[0-9]+(\.[0-9]+)?)$/)
		value = text(value)
	return text(substr(f, 1, at - 1)) ": " value
}
function fields(first, is_text,   i, out) {
	for (i = first; i <= NF; i++)
		out = out (i > first ? ", " : "") field($i, is_text)
	return out
}
function end_run() {
	if (!runs)
		return
	printf "%s", in_context ? "\n\t\t}" : ""
	print in_results ? "\n\t\t]" : ""
	printf "\t}"
}
BEGIN {
	FS = "\t"
	print "{\n\t\"schema\": \"kmem_studio-bench\",\n\t\"version\": 1,\n\t\"runs\": ["
}
$2 == "run" {
	end_run()
	printf "%s\t{\n\t\t", runs++ ? ",\n" : ""
	# "true" is not a word
	printf "%s", field($3, 0)
	for (i = 4; i <= NF; i++)
		printf ",\n\t\t%s", field($i, 1)
	in_context = in_results = 0
	next
}
$2 == "context" {
	printf "%s\n\t\t\t%s", in_context++ ? "," : ",\n\t\t\"context\": {", field($3, 1)
	next
}
{
	if (in_context)
		printf "\n\t\t}"
	in_context = 0
	printf "%s\n\t\t\t{%s, %s}", in_results++ ? "," : ",\n\t\t\"results\": [",
		field("set=" $2, 1), fields(3, 0)
}
END {
	end_run()
	print "\n\t]\n}"
}
