# SPDX-License-Identifier: GPL-2.0
# Write each new patch to PATCH.kept, with what the old ones, which are read first (new is not
# set), have for the files that names has, where both add and remove the same.

function end_section()
{
	if (name in wired) {
		if (!out)
			kept[name, does] = text
		else
			printf "%s", ((name, does) in kept ? kept[name, does] : text) >out
	}
	name = text = does = ""
}

BEGIN {
	n = split(names, each, " ")
	for (i = 1; i <= n; i++)
		wired[each[i]]
}

FNR == 1 || /^diff --git / || /^From 0+ / { end_section() }
FNR == 1 && new { close(out); out = FILENAME ".kept" }
/^diff --git a\// { name = substr($3, 3) }
name in wired { text = text $0 "\n" }
name in wired && /^[-+]/ { does = does $0 "\n" }
out && !(name in wired) { print >out }
END { end_section() }
