# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What the scripts of this folder share. It is sourced, never run:
#
#	set -euo pipefail
#	. "$(dirname "$(readlink -f "$0")")/lib.sh"
#
# It sets $repo (this repository) and $cache (where everything that is built or
# downloaded lives), and gives these functions; each is described where it is
# defined:
#
#	say, die, usage_error	what is said to the person at the terminal
#	finish			end with a status, on purpose
#	on_exit			what is undone when the script ends, however it ends
#	temp_dir		a temporary folder that is removed then
#	lock			one user at a time for a folder of the cache
#	step			a long command, with progress and a log file
#	background		a command beside the script, ended with it
#	merge_configs		fragments of a kernel's configuration
#	choose_base		which kernel the series is for
#	need_packages		Debian packages, by group
#	private_apt		packages of another suite or architecture
#	ensure_busybox		the programs of an emulated board
#
# Standard output belongs to the scripts' results: everything here talks on
# standard error.

# shellcheck disable=SC2034 # used by those that source this
repo=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
cache=${KMEM_STUDIO_BUILD:-${XDG_CACHE_HOME:-$HOME/.cache}/kmem_studio}
mkdir -p "$cache" && cache=$(readlink -f "$cache")

# The compiler cache is what makes a second cold build cheap. Paths below the
# cache are hashed as relative ones, so that worktrees of one source share it.
export CCACHE_DIR=${CCACHE_DIR:-$cache/ccache}
export CCACHE_BASEDIR=${CCACHE_BASEDIR:-$cache}
# A miss is what a first build is made of: it need not run the preprocessor twice.
export CCACHE_DEPEND=${CCACHE_DEPEND:-1}

say()
{
	printf '%s\n' "$*" >&2
}

die()
{
	say "${0##*/}: $*"
	finish 1
}

usage_error()
{
	say "${0##*/}: $*"
	say "\"$0 --help\" tells what it takes."
	finish 2
}

# finish STATUS: end the script on purpose. An end that nobody asked for, by a
# command that failed under "set -e", gets a sentence from the exit trap.
_finishing=0

finish()
{
	_finishing=1
	exit "$1"
}

# A kernel's build takes neither.
case $cache in
*[[:space:]:]*)
	die "\"$cache\" is where everything is to be built, and make takes no path with a space or" \
		"a colon: name another folder in KMEM_STUDIO_BUILD."
	;;
esac

# Print the comment at the top of the script: it is its --help.
show_help()
{
	sed -n '2,/^$/ { /^# SPDX/d; /^#/!d; s/^#$//; s/^# \{0,1\}//; p }' "$0" |
		sed '/./,$!d'
}

# --- what is undone at the end ------------------------------------------------

_exit_commands=()

# on_exit CMD ARGS...: run it when the script ends; the last one given runs first.
on_exit()
{
	_exit_commands+=("$(printf '%q ' "$@")")
}

_run_exit_commands()
{
	local status=$? i

	trap - EXIT
	trap '' INT TERM HUP
	if [ "$_finishing" = 0 ] && [ "$status" != 0 ]; then
		say "${0##*/}: stopped (status $status)${1:+ at line $1}."
	fi
	for ((i = ${#_exit_commands[@]} - 1; i >= 0; i--)); do
		eval "${_exit_commands[i]}" || true
	done
	exit "$status"
}

_set_traps()
{
	trap '_run_exit_commands "${BASH_LINENO[0]-}"' EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
}

_set_traps

# temp_dir VARIABLE: a new temporary folder's name into VARIABLE. (Not by
# standard output: a subshell's on_exit would be lost.)
temp_dir()
{
	local dir

	dir=$(mktemp -d "${TMPDIR:-/tmp}/kmem_studio.XXXXXXXX")
	on_exit rm -rf "$dir"
	printf -v "$1" '%s' "$dir"
}

# End a process group that we started, and wait until it is gone.
end_group()
{
	local pid=$1 n

	kill -TERM -- "-$pid" 2>/dev/null || return 0
	for ((n = 0; n < 50; n++)); do
		kill -0 -- "-$pid" 2>/dev/null || return 0
		sleep 0.1
	done
	kill -KILL -- "-$pid" 2>/dev/null || true
}

# background CMD ARGS...: run CMD beside the script, in a process group of its own
# that cleans up after itself and ends with the script at the latest. Its process is
# $!.
background()
{
	set -m
	(
		_exit_commands=()
		_set_traps
		"$@"
		finish 0
	) </dev/null &
	set +m
	on_exit end_group $!
}

# lock PATH [-s]: wait until no other script holds PATH (with -s: holds it for
# writing), and hold it until this script ends or calls unlock PATH.
declare -A _locks=()

lock()
{
	local path=$1 mode=${2:--x} fd

	[ -z "${_locks[$path]-}" ] || return 0
	mkdir -p "$(dirname "$path")"
	exec {fd}>>"$path.lock"
	if ! flock "$mode" -n "$fd"; then
		say "Waiting for another script that uses $path ..."
		flock "$mode" "$fd"
	fi
	_locks[$path]=$fd
}

unlock()
{
	local fd=${_locks[$1]-}

	[ -n "$fd" ] || return 0
	exec {fd}>&-
	unset "_locks[$1]"
}

# --- long commands ------------------------------------------------------------

# step [--try] [--quiet] [--log FILE] [--count ERE TOTAL] "What is running" CMD ARGS...
#
# Run CMD with its output in a log file (default: $cache/logs/, named after the
# text). A terminal sees one live line with the seconds so far; anything else a
# line at the start, one every 30 seconds and one at the end. With --count the
# line also says "n of about TOTAL", n being the log's lines that match ERE.
# When CMD fails, the end of the log is shown and the script dies; with --try it
# goes on, and the return value is CMD's. With --quiet nothing is said unless CMD
# fails.
step()
{
	local log='' pattern='' total=0 try=0 quiet=0
	local what pid ticker='' status=0 start=$SECONDS

	while :; do
		case $1 in
		--try) try=1; shift ;;
		--quiet) quiet=1; shift ;;
		--log) log=$2; shift 2 ;;
		--count) pattern=$2 total=$3; shift 3 ;;
		*) break ;;
		esac
	done
	what=$1
	shift
	if [ -z "$log" ]; then
		log=$(tr -cs 'A-Za-z0-9._\n' '-' <<<"$what")
		log=$cache/logs/${log%%-}.log
	fi
	mkdir -p "$(dirname "$log")"
	: >"$log"

	# A process group of its own, so that all of it can be ended at once.
	set -m
	("$@") </dev/null >"$log" 2>&1 &
	pid=$!
	set +m
	on_exit end_group "$pid"
	if [ "$quiet" = 0 ]; then
		_ticker "$pid" "$what" "$log" "$pattern" "$total" &
		ticker=$!
	fi
	wait "$pid" || status=$?
	if [ -n "$ticker" ]; then
		kill "$ticker" 2>/dev/null || true
		wait "$ticker" 2>/dev/null || true
	fi
	unset "_exit_commands[-1]"

	if [ "$status" != 0 ]; then
		_line_end "$what: failed after $((SECONDS - start)) s."
		tail -n 20 "$log" >&2
		[ "$try" = 0 ] || return "$status"
		die "\"$what\" failed; the lines above are the end of $log."
	fi
	[ "$quiet" = 1 ] || _line_end "$what: done in $((SECONDS - start)) s."
}

# The text that replaces the live line, where there is one.
_line_end()
{
	if [ -t 2 ]; then
		printf '\r\033[K%s\n' "$1" >&2
	else
		say "$1"
	fi
}

_ticker()
{
	local pid=$1 what=$2 log=$3 pattern=$4 total=$5 start=$SECONDS now last=0 fd

	trap - EXIT INT TERM HUP
	# Our sleep would hold the locks for up to a second after the script.
	for fd in ${_locks[@]+"${_locks[@]}"}; do
		exec {fd}>&-
	done
	if [ ! -t 2 ]; then
		say "$what ... (log: $log)"
	fi
	while kill -0 "$pid" 2>/dev/null; do
		now=$((SECONDS - start))
		if [ -t 2 ]; then
			printf '\r\033[K%4d s  %s%s' "$now" "$what" \
				"$(_progress "$log" "$pattern" "$total")" >&2
		elif [ $((now - last)) -ge 30 ]; then
			last=$now
			say "$what: $now s$(_progress "$log" "$pattern" "$total")"
		fi
		# Not holding our standard error: whoever reads it must not
		# wait for a sleep that outlives us.
		sleep 1 >/dev/null 2>&1
	done
}

_progress()
{
	local log=$1 pattern=$2 total=$3 n

	[ -n "$pattern" ] || return 0
	n=$(grep -Ec -- "$pattern" "$log" 2>/dev/null) || true
	if [ "${n:-0}" -gt "$total" ]; then
		total=$n
	fi
	printf ', %s of about %s' "${n:-0}" "$total"
}

# merge_configs TREE OUT FRAGMENT...: add the fragments to OUT/.config. (merge_config.sh takes
# no path with a space, and leaves its temporary files where it runs.)
merge_configs()
{
	local tree=$1 out=$2

	shift 2
	mkdir -p "$out/fragments"
	cp "$@" "$out/fragments/"
	set -- "${@##*/}"
	(cd "$out" && "$tree/scripts/kconfig/merge_config.sh" -m -O "$out" "$out/.config" \
		"${@/#/fragments/}")
}

# --- bases --------------------------------------------------------------------

# The bases that configs/bases states, oldest first.
list_bases()
{
	awk '/^[^#]/ { print $1 }' "$repo/configs/bases"
}

# choose_base [NAME]: set $base, and of its line $base_versions, $base_package,
# $base_suite, $base_compat and $base_lacks ("-" where there is none). Scripts that this one starts
# take the same one.
choose_base()
{
	local line

	base=${1:-${KMEM_STUDIO_BASE:-$(list_bases | sed -n 1p)}}
	line=$(awk -v name="$base" '$1 == name' "$repo/configs/bases")
	[ -n "$line" ] ||
		usage_error "--base: \"$base\" is not one of $(list_bases | paste -sd' ')."
	read -r _ base_versions base_package base_suite base_compat base_lacks <<<"$line"
	export KMEM_STUDIO_BASE=$base
}

# The base whose versions VERSION is of; nothing if there is none.
base_of_version()
{
	local name versions rest

	while read -r name versions rest; do
		# shellcheck disable=SC2053 # a pattern is meant
		case $name in
		[!#]*) [[ $1 != $versions ]] || echo "$name" ;;
		esac
	done <"$repo/configs/bases"
}

# The version that the Makefile of a repository's HEAD states: 6.12.34.
version_of()
{
	git -C "$1" show HEAD:Makefile 2>/dev/null | awk '
	/^VERSION = / { v = $3 }
	/^PATCHLEVEL = / { p = $3 }
	/^SUBLEVEL = / { print v "." p "." $3; found = 1 }
	END { exit !found }'
}

# --- Debian packages ----------------------------------------------------------

_packages_of()
{
	case $1 in
	kernel)
		echo bc bison ca-certificates ccache cpio diffutils flex gcc \
			git gzip kmod libc6-dev libelf-dev libssl-dev \
			make patch perl python3 rsync xz-utils
		;;
	dkms) echo dkms ;;
	module) echo ca-certificates kmod make xz-utils ;;
	arm64)
		# On an arm64 machine the native compiler is the one.
		if [ "$(dpkg --print-architecture)" = arm64 ]; then
			echo gcc libc6-dev
		else
			echo gcc-aarch64-linux-gnu libc6-dev-arm64-cross
		fi
		;;
	arm) echo gcc-arm-linux-gnueabihf libc6-dev-armhf-cross ;;
	qemu) echo cpio device-tree-compiler qemu-system-arm ;;
	system) echo arch-test dpkg-dev e2fsprogs fakeroot mmdebstrap qemu-user-static ;;
	tool)
		echo chromium gcc jq libc6-dev libcairo2-dev libjansson-dev libncurses-dev \
			libxml2-utils make pkg-config tmux valgrind w3c-sgml-lib
		;;
	uml) echo gcc libc6-dev python3 ;;
	static) echo clang coccinelle codespell libpython3-dev lld llvm shellcheck sparse ;;
	docs) echo graphviz python3-sphinx python3-yaml ;;
	coverage) echo gcc python3 ;;
	linux-source-*) echo "$1" ;;
	*) die "there is no package group \"$1\"." ;;
	esac
}

# need_packages GROUP...: see to it that the groups' packages are installed.
need_packages()
{
	local group missing=() p have

	have=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' |
		sed -n 's/^installed //p')
	for group in "$@"; do
		for p in $(_packages_of "$group"); do
			grep -qxF -- "$p" <<<"$have" || missing+=("$p")
		done
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	readarray -t missing < <(printf '%s\n' "${missing[@]}" | sort -u)

	if [ "$(id -u)" != 0 ]; then
		die "some Debian packages are missing. Install them with" \
			"\"sudo apt-get install ${missing[*]}\", then try again."
	fi
	lock "$cache/apt/system"
	_install "${missing[@]}"
	unlock "$cache/apt/system"
}

_install()
{
	export DEBIAN_FRONTEND=noninteractive
	if ! apt-get install -s -qq --no-install-recommends "$@" \
			>/dev/null 2>&1; then
		step "Updating apt's package lists" apt-get update
	fi
	if ! step --try "Installing $# Debian packages" \
			apt-get install -y --no-install-recommends "$@"; then
		# The lists may be older than what the mirror still has.
		step "Updating apt's package lists" apt-get update
		step "Installing $# Debian packages, second try" \
			apt-get install -y --no-install-recommends "$@"
	fi
}

# The code name of the machine's release: bookworm.
_codename()
{
	local name

	# shellcheck disable=SC1091
	name=$(. /etc/os-release && echo "${VERSION_CODENAME-}")
	[ -n "$name" ] || die "/etc/os-release names no Debian release."
	echo "$name"
}

# The release's main archive as this machine's own apt sources give it, in one
# line: its URI and, where the source states it, the key file it is signed by.
# Both formats: one "deb ..." a line in *.list, paragraphs in *.sources.
_main_archive()
{
	local codename=$1 etc=/etc/apt f

	{
		for f in "$etc/sources.list" "$etc"/sources.list.d/*.list; do
			[ ! -r "$f" ] || { cat "$f"; echo; }
		done | _parse_list "$codename"
		for f in "$etc"/sources.list.d/*.sources; do
			[ ! -r "$f" ] || { cat "$f"; echo; }
		done | _parse_deb822 "$codename"
	} | sed -n 1p
}

_parse_list()
{
	awk -v suite="$1" '
	$1 == "deb" {
		key = ""
		line = $0
		if (match(line, /\[[^]]*\]/)) {
			options = substr(line, RSTART + 1, RLENGTH - 2)
			line = "deb" substr(line, RSTART + RLENGTH)
			if (match(options, /signed-by=[^ ,]*/))
				key = substr(options, RSTART + 10, RLENGTH - 10)
		}
		n = split(line, word)
		if (word[3] == suite && line ~ / main( |$)/)
			print word[2], key
	}'
}

_parse_deb822()
{
	awk -v suite="$1" -v RS= -F '\n' '
	{
		split("", value)
		for (i = 1; i <= NF; i++) {
			if ($i ~ /^#/)
				continue
			if ($i !~ /^[ \t]/) {
				name = tolower($i)
				sub(/:.*/, "", name)
				text = $i
				sub(/^[^:]*:/, "", text)
				value[name] = text
			} else {
				value[name] = value[name] " " $i
			}
		}
		if (tolower(value["enabled"]) ~ /no/)
			next
		if ((" " value["types"] " ") !~ / deb /)
			next
		if (index(" " value["suites"] " ", " " suite " ") == 0)
			next
		if ((" " value["components"] " ") !~ / main /)
			next
		split(value["uris"], uri, " ")
		# A key that is written out in the paragraph is no file name.
		key = value["signed-by"] ~ /^ *\/[^ ]*$/ ? value["signed-by"] : ""
		print uri[1], key
	}'
}

# Write apt's private configuration for _private_state DIR: everything apt reads
# of the machine stays valid (proxies, keys), everything it writes goes to DIR.
_private_config()
{
	local dir=$1 suite=$2 arch=$3 codename uri key options

	codename=$(_codename)
	read -r uri key < <(_main_archive "$codename") || true
	[ -n "${uri-}" ] ||
		die "apt's sources on this machine do not name the main archive of $codename."
	options="arch=$arch,$(dpkg --print-architecture)"
	if [ -z "$key" ]; then
		key=$(find /usr/share/keyrings -name 'debian-archive-keyring.[gp][gp][pg]' \
			2>/dev/null | sed -n 1p)
	fi
	[ -z "$key" ] || options+=" signed-by=$key"

	mkdir -p "$dir/lists/partial" "$dir/archives/partial"
	{
		echo "deb [$options] $uri $codename main"
		[ "$suite" = "$codename" ] || echo "deb [$options] $uri $suite main"
	} >"$dir/sources.list"

	# Read by apt as its last configuration file, so that it wins. The hooks
	# after an update concern the machine's own lists.
	{
		[ ! -r /etc/apt/apt.conf ] || echo '#include "/etc/apt/apt.conf";'
		cat <<-END
		#clear APT::Update::Pre-Invoke;
		#clear APT::Update::Post-Invoke;
		#clear APT::Update::Post-Invoke-Success;
		#clear APT::Architectures;
		APT::Architecture "$(dpkg --print-architecture)";
		APT::Architectures { "$(dpkg --print-architecture)"; "$arch"; };
		APT::Sandbox::User "root";
		Acquire::Languages "none";
		Dir::State::lists "$dir/lists";
		Dir::Cache "$dir";
		Dir::Cache::archives "$dir/archives";
		Dir::Cache::pkgcache "";
		Dir::Cache::srcpkgcache "";
		Dir::Etc::sourcelist "$dir/sources.list";
		Dir::Etc::sourceparts "/dev/null";
		END
	} >"$dir/apt.conf"
	echo "Dir::Etc::main \"$dir/apt.conf\";" >"$dir/first.conf"
}

# private_lists SUITE ARCH: read the package lists of another suite or architecture; sets
# $private to apt's configuration for them, for APT_CONFIG=$private/first.conf. Holds the
# lock of that folder.
private_lists()
{
	private=$cache/apt/$1-$2
	lock "$private"
	mkdir -p "$private"
	_private_config "$private" "$1" "$2"
	# they were read just now
	[ -z "$(find "$private/updated" -mmin -30 2>/dev/null)" ] || return 0
	step "Reading the package lists of $1 ($2)" \
		env APT_CONFIG="$private/first.conf" apt-get update
	touch "$private/updated"
}

# private_apt [--with-libraries] SUITE ARCH DESTDIR PKG...
#
# Unpack packages of another suite or architecture into DESTDIR, leaving the
# machine as it was: apt's own machinery (so the signatures are checked), with
# lists and sources of ours, and "dpkg -x" instead of an installation. Needs no
# root. A package may be named with its architecture, for one of this machine.
# --with-libraries also unpacks what the packages depend on and the machine does
# not have.
private_apt()
{
	local with=0 suite arch dest private what

	if [ "$1" = --with-libraries ]; then
		with=1
		shift
	fi
	suite=$1 arch=$2 dest=$3
	shift 3
	private_lists "$suite" "$arch"
	rm -rf "$private/debs" "$dest.new"
	mkdir -p "$private/debs" "$dest.new" "$(dirname "$dest")"
	what=$*
	[ $# -le 3 ] || what="$1 and $(($# - 1)) others"
	step "Downloading and unpacking $what of $suite ($arch)" \
		_private_fetch "$with" "$suite" "$arch" "$private" "$dest.new" "$@"
	rm -rf "$dest" "$private/debs"
	mv "$dest.new" "$dest"
	unlock "$private"
}

_private_fetch()
{
	local with=$1 suite=$2 arch=$3 dir=$4 dest=$5 p deb list=()

	shift 5
	set -e
	export APT_CONFIG=$dir/first.conf
	cd "$dir/debs"
	for p in "$@"; do
		[[ $p == *:* ]] || p+=:$arch
		list+=("$p")
	done
	if [ "$with" = 1 ]; then
		# Of what apt would install, take what we asked for and what is
		# new; a mere upgrade of an installed package is not needed.
		readarray -t list < <(apt-get install -s --no-install-recommends \
			-t "$suite" "${list[@]}" | awk -v want=" $* " '
			$1 == "Inst" && ($3 !~ /^\[/ || index(want, " " $2 " ")) {
				print $2
			}')
	fi
	apt-get download -t "$suite" "${list[@]}"
	for deb in *.deb; do
		dpkg -x "$deb" "$dest"
	done
}

# ensure_busybox ARCH: set $busybox to a statically linked one for that architecture.
ensure_busybox()
{
	local codename dir=$cache/busybox/$1

	_find_busybox "$dir" && return
	codename=$(_codename)
	private_apt "$codename" "$1" "$dir" busybox-static
	_find_busybox "$dir" || die "Debian's busybox-static has no busybox for $1 where it was."
}

# Where a package has it: bookworm's has no /usr in front, a later one's has.
_find_busybox()
{
	for busybox in "$1/bin/busybox" "$1/usr/bin/busybox"; do
		[ ! -x "$busybox" ] || return 0
	done
	return 1
}

# --- the program ----------------------------------------------------------------

# The allocators, as the driver names them.
list_allocators()
{
	sed -n 's/^\t\.name[\t ]*= "\(.*\)",$/\1/p' "$repo"/drivers-misc-kmem_studio/allocators/*.c
}

# build_program [--screen] BOARD: set $program to kmem-studio for that board, static; and $drive
# to what gives it a terminal there. --screen has the libraries for watch, if Debian has them.
build_program()
{
	local arch=arm64 cross='' out stamp screen='' flags=() libraries=''

	if [ "$1" = --screen ]; then
		screen=1
		shift
	fi
	[ "$1" != pi2 ] || arch=arm
	need_packages "$arch"
	case $arch-$(dpkg --print-architecture) in
	arm64-arm64) ;;
	arm64-*) cross=aarch64-linux-gnu- ;;
	arm-*) cross=arm-linux-gnueabihf- ;;
	esac
	# where another checkout has another file, make would not see it
	stamp=$(cd "$repo/drivers-misc-kmem_studio/tool" && find . -name '*.[ch]' -o -name Makefile |
		LC_ALL=C sort | xargs sha256sum | sha256sum)
	out=$cache/tool/$arch-${stamp:0:8}${screen:+-screen}
	[ -z "$screen" ] || ensure_screen "$arch"
	mkdir -p "$out"
	lock "$out"
	make -s -C "$repo/drivers-misc-kmem_studio/tool" -j"$(nproc)" O="$out" \
		CROSS_COMPILE="$cross" LDFLAGS="-static$libraries" \
		${flags[@]+"${flags[@]}"} >/dev/null || return
	program=$out/kmem-studio drive=$out/drive
	"${cross}gcc" -O1 -static -D_GNU_SOURCE -o "$drive" \
		"$repo/drivers-misc-kmem_studio/tool/tests/drive.c" || return
	unlock "$out"
}

# Set $flags and $libraries of build_program to what finds ncurses of that architecture.
ensure_screen()
{
	local folder=$cache/tool/ncurses-$1 debian=$1

	[ "$1" != arm ] || debian=armhf
	lock "$folder"
	[ -d "$folder" ] || (private_apt "$(_codename)" "$debian" "$folder" libncurses-dev) || true
	unlock "$folder"
	[ -d "$folder" ] || return 0
	flags=("CFLAGS=-O2 -g -I$folder/usr/include")
	libraries=$(find "$folder/usr/lib" -name libncursesw.a -printf ' -L%h')
}
