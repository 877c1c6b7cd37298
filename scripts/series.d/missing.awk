# SPDX-License-Identifier: GPL-2.0
# Write files of the folder repo without the lines that name what is missing, to into/: first
# (part is "missing") the missing paths in the kernel; then ("folders") all files: theirs in
# the repository is the second field, that in the kernel the third; then ("files") those to
# write, by both.

# the names in a file, or those that its lines "struct name;" declare
function names_in(file, declared,    line, n, i, word, names) {
	while ((getline line <(repo file)) > 0) {
		if (declared && line !~ /^struct [A-Za-z0-9_]+;$/)
			continue
		gsub(/[^A-Za-z0-9_]+/, " ", line)
		n = split(line, word, " ")
		for (i = 1; i <= n; i++) {
			if (word[i] ~ /^kmst_/)
				names = names " " word[i]
		}
	}
	close(repo file)
	return names " "
}

function is_missing(path) {
	sub(/[^\/]+\/\.\.\//, "", path)
	return path in missing
}

# what the headers beside the file, at top, declare: only missing ones, or others, too
function look(file, top,    h, i, n, word, own) {
	split("", gone)
	split("", there)
	for (h = 1; h <= headers; h++) {
		if (index(path[h], top "/") != 1)
			continue
		own = header[h] == file ? names_in(file, 1) : ""
		n = split(named[h], word, " ")
		for (i = 1; i <= n; i++) {
			if (path[h] in missing)
				gone[word[i]]
			else if (!index(own, " " word[i] " "))
				there[word[i]]
		}
	}
}

function names_missing(line, dir,    i, n, word) {
	gsub(/[^A-Za-z0-9_\/.-]+/, " ", line)
	n = split(line, word, " ")
	for (i = 1; i <= n; i++) {
		if (word[i] in gone && !(word[i] in there))
			return 1
		sub(/^(CFLAGS_|\/)/, "", word[i])
		sub(/^command_/, "commands/", word[i])
		if (is_missing(dir word[i]) || is_missing(dir word[i] ".c"))
			return 1
		if (sub(/\.o$/, ".c", word[i]) && is_missing(dir word[i]))
			return 1
	}
	return 0
}

function grow(file, kernel,    dir, top, out, line, empty) {
	dir = kernel
	sub(/[^\/]*$/, "", dir)
	match(dir, /^.*\/kmem_studio/)
	top = substr(dir, 1, RLENGTH)
	look(file, top)
	out = kernel
	gsub(/\//, "+", out)
	out = into out
	# no two empty lines, and none at the end
	while ((getline line <(repo file)) > 0) {
		if (line == "" || names_missing(line, dir)) {
			empty = empty || line == ""
			continue
		}
		if (empty)
			print "" >out
		empty = 0
		print line >out
	}
	close(repo file)
	close(out)
}

part == "missing" { missing[$1]; next }
part == "folders" && $3 ~ /\.h$/ {
	header[++headers] = $2
	path[headers] = $3
	named[headers] = names_in($2)
}

part == "files" { grow($1, $2) }
