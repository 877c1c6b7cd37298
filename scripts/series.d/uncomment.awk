# SPDX-License-Identifier: GPL-2.0
# Take the comments out of lines of C; in a string or a character there is none.

function uncommented(rest,    out, found)
{
	for (; rest != ""; rest = substr(rest, RSTART + RLENGTH)) {
		if (in_comment) {
			if (!match(rest, /\*\//))
				return out
			in_comment = 0
			continue
		}
		if (!match(rest, /"([^"\\]|\\.)*"|\047([^\047\\]|\\.)*\047|\/[*\/]/))
			return out rest
		found = substr(rest, RSTART, RLENGTH)
		out = out substr(rest, 1, RSTART - 1)
		if (found == "//")
			return out
		in_comment = found == "/*"
		if (!in_comment)
			out = out found
	}
	return out
}

FNR == 1 { in_comment = 0 }
{ $0 = uncommented($0) }
