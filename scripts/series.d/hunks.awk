# SPDX-License-Identifier: GPL-2.0
# Write each new patch to PATCH.kept, with what the old ones, which are read first (new is not
# set), have for the files that names has, where both add and remove the same.

function end_section()
{
	if (wanted) {
		if (!out)
			kept[name, does] = text
		else
			printf "%s", ((name, does) in kept ? kept[name, does] : text) >out
	}
	wanted = text = does = ""
}

FNR == 1 || /^diff --git / || /^From 0+ / { end_section() }
FNR == 1 && new { close(out); out = FILENAME ".kept" }
/^diff --git a\// {
	name = substr($3, 3)
	wanted = index(names, " " name " ")
}
wanted { text = text $0 "\n" }
wanted && /^[-+]/ { does = does $0 "\n" }
out && !wanted { print >out }
END { end_section() }
