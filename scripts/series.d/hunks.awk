# SPDX-License-Identifier: GPL-2.0
# A new patch, with what an old one (part is "old") has for the files that names has, where
# both add and remove the same.

function end_section() {
	if (section == "old" && name in wired) {
		old_text[name] = text
		old_does[name] = does
	} else if (section == "new") {
		printf "%s", (name in old_text && old_does[name] == does ? old_text[name] : text)
	}
	section = part
	text = does = name = ""
}

BEGIN {
	n = split(names, each, " ")
	for (i = 1; i <= n; i++)
		wired[each[i]]
}

FNR == 1 || /^diff --git / || /^From 0+ / { end_section() }
/^diff --git a\// { name = substr($3, 3) }
/^[-+]/ { does = does $0 "\n" }
{ text = text $0 "\n" }
END { end_section() }
