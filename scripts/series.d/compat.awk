# SPDX-License-Identifier: GPL-2.0
# What is between "#if LINUX_VERSION_CODE ..." and "#endif", if that holds for the base.

function version(major, minor, patch) {
	return (major * 256 + minor) * 256 + patch
}

# "A && B", each "LINUX_VERSION_CODE < KERNEL_VERSION(x, y, z)", or with >=
function holds(condition,    terms, term, i, n, older) {
	n = split(condition, terms, " && ")
	for (i = 1; i <= n; i++) {
		gsub(/[^<>=0-9]+/, " ", terms[i])
		if (split(terms[i], term, " ") != 4 || (term[1] != "<" && term[1] != ">=")) {
			print "compat.h: what is " condition "?" >"/dev/stderr"
			exit 1
		}
		older = version(of[1], of[2], 0) < version(term[2], term[3], term[4])
		if (older != (term[1] == "<"))
			return 0
	}
	return 1
}

BEGIN { split(base, of, ".") }
# the empty line behind what goes
drop { drop = 0; if ($0 == "") next }
/^#include <linux\/version.h>$/ { drop = 1; next }
sub(/^#if LINUX_VERSION_CODE/, "LINUX_VERSION_CODE") { tested = 1; left = holds($0); next }
tested && /^#endif$/ { tested = 0; drop = !left; next }
!tested || left
