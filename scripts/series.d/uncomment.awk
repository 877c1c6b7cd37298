# SPDX-License-Identifier: GPL-2.0
# A line of C without its comments; a string and a character are none.

FNR == 1 { in_comment = 0 }
function uncommented(line,    found, rest, out) {
	for (rest = line; rest != ""; rest = substr(rest, RSTART + RLENGTH)) {
		if (in_comment) {
			if (!match(rest, /\*\//))
				break
			in_comment = 0
			continue
		}
		if (!match(rest, /"([^"\\]|\\.)*"|\047([^\047\\]|\\.)*\047|\/\*|\/\//))
			return out rest
		out = out substr(rest, 1, RSTART - 1)
		found = substr(rest, RSTART, RLENGTH)
		if (found == "//")
			break
		in_comment = found == "/*"
		if (!in_comment)
			out = out found
	}
	return out
}
