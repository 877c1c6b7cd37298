# SPDX-License-Identifier: GPL-2.0
# Write files to into/, without the lines that name what is missing. First (part is "missing")
# come the missing paths in the kernel; then ("names") what the headers name, as "path:name", or
# "path:struct name;" where they only say that there is one; then the files, path being theirs.

# The file's own "struct name;" is not where that is declared.
function names_missing(    n, i, words, word)
{
	n = split($0, words, /[^A-Za-z0-9_\/.-]+/)
	for (i = 1; i <= n; i++) {
		word = words[i]
		if ((top, word) in named && there[top, word] + 0 == ((path, word) in announced))
			return 1
		sub(/^(CFLAGS_|\/)/, "", word)
		sub(/^command_/, dir ~ /\/commands\/$/ ? "" : "commands/", word)
		word = dir word
		sub(/[^\/]+\/\.\.\//, "", word)
		if (word in missing || (word ".c") in missing || (word ".rst") in missing)
			return 1
		if (sub(/\.o$/, ".c", word) && word in missing)
			return 1
	}
	return 0
}

BEGIN { FS = ":" }
part == "missing" { missing[$0]; next }
part == "names" {
	if (gsub(/^struct |;$/, "", $2))
		announced[$1, $2]
	top = $1
	sub(/kmem_studio\/.*/, "", top)
	named[top, $2]
	if (!($1 in missing) && !(($1, $2) in counted))
		there[top, $2]++
	counted[$1, $2]
	next
}

FNR == 1 {
	top = dir = path
	sub(/kmem_studio\/.*/, "", top)
	sub(/[^\/]*$/, "", dir)
	out = into path
	empty = ""
}

# no two empty lines, and none at the end
/^$/ { empty = "\n"; next }
!names_missing() {
	printf "%s%s\n", empty, $0 >out
	empty = ""
}
