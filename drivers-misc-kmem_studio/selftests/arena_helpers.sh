# SPDX-License-Identifier: GPL-2.0
#
# What the tests of arenas in configfs share: to make, set, read and remove arenas. To
# be sourced behind helpers.sh.
#
# shellcheck shell=sh
# shellcheck disable=SC2034 # what is set here is used by the script

# EILSEQ and ERANGE in the words of glibc, and of musl
CORRUPT="Invalid or incomplete|Illegal byte"
RANGE="out of range|not representable"

# ---- arenas ----

make_arena() {
	mkdir "$ARENAS/$1" 2>>"$ERRORS"
}

# ARENA FILE VALUE. By the shell, which is quick, or by a program: not every shell says
# what the error of a write was.
put() {
	if [ -n "$TELL_ERROR" ]; then
		echo "$3" | dd of="$ARENAS/$1/$2" 2>>"$ERRORS"
	else
		echo "$3" 2>>"$ERRORS" >"$ARENAS/$1/$2"
	fi
}

# ARENA FILE; of bytes_allocated the number alone, without the word that may follow
get() {
	sed 's/ usable$//' "$ARENAS/$1/$2"
}

# is ARENA FILE VALUE
is() {
	read -r value <"$ARENAS/$1/$2"
	value=${value% usable}
	[ "$value" = "$3" ] || {
		ktap_print_msg "$1/$2 is \"$value\", not \"$3\""
		return 1
	}
}

# fails_with ERRNO'S TEXT COMMAND...: a write that the driver refuses so
fails_with() {
	wanted=$1
	shift
	: >"$ERRORS"
	TELL_ERROR=1
	if "$@"; then
		TELL_ERROR=
		ktap_print_msg "not refused: $*"
		return 1
	fi
	TELL_ERROR=
	grep -qE "$wanted" "$ERRORS" || {
		ktap_print_msg "$*: $(cat "$ERRORS"), not \"$wanted\""
		return 1
	}
}

# an arena may be freed by its thread, after its folder went
clean_up() {
	rmdir "$ARENAS"/*/ 2>/dev/null
	wait_until no_thread 'kmst/.*'
	put_percent "$SHARE"
	return 0
}

# live ARENA [FILE=VALUE...]: make, configure and start
live() {
	arena=$1
	shift
	make_arena "$arena" || return 1
	for setting in "$@"; do
		put "$arena" "${setting%%=*}" "${setting#*=}" || return 1
	done
	put "$arena" live 1
}

# threads ARENA: of that name
threads() {
	grep -lxE "(kmst/)?$1" /proc/[0-9]*/comm 2>/dev/null | wc -l
}

# a thread is seen for a moment after it has ended
no_thread() {
	[ "$(threads "$1")" -eq 0 ]
}

# ---- begin and end ----

mount_configfs() {
	[ -d "$CONFIGFS" ] || return 1
	mountpoint -q "$CONFIGFS" 2>/dev/null || mount_ours configfs "$CONFIGFS"
	[ -d "$ARENAS" ]
}

end() {
	# it may have the device open
	[ -z "$UNDO" ] || $UNDO
	if [ -n "$OURS" ]; then
		clean_up
		put_percent "$PERCENT"
	fi
	[ -z "$UNLOAD" ] || rmmod "$MODULE"
	put_back
}

put_percent() {
	echo "$1" >"$PARAMETERS/max_percent"
}

UNLOAD=
OURS=
TELL_ERROR=

# The driver loaded, configfs mounted, and no arena there but those of the test; or the
# script ends here.
take_arenas() {
	needs_root
	end_at_exit
	needs_driver
	if ! is_loaded; then
		UNLOAD=1
		if ! modprobe "$MODULE" nr_structs=0; then
			echo "Bail out! the module cannot be loaded"
			exit "$KSFT_FAIL"
		fi
	fi
	if ! mount_configfs; then
		ktap_skip_all "no configfs"
		exit "$KSFT_SKIP"
	fi
	needs_no_arena
	OURS=1
	PERCENT=$(cat "$PARAMETERS/max_percent")
	put_percent "$SHARE"
}
