#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Test kmem-studio without a kernel, on saved copies (kmem-studio save, unpacked or not):
#
#	tests/run.sh [--output DIR] COPY...
#
# They have to be of a machine on which an arena of vmalloc was live and another one corrupt:
# kmem-studio new a 10000 vmalloc; kmem-studio new b 50000 chunk; kmem-studio corrupt b 4443;
# kmem-studio verify b; kmem-studio save -o copy.tar
#
# Builds it with AddressSanitizer and without, runs it on the copies, on a driver that is made
# up of plain files, under valgrind, on copies that were changed at random (ROUNDS of them
# in all, 60), and on hostile ones; looks at the report in Chromium, and drives watch in tmux.
# Prints KTAP. What is looked at by people (screenshots, pictures) stays in DIR. A tool that is
# missing skips its cases.
#
# shellcheck disable=SC2317,SC2329 # functions are also called by name
set -u

tool=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
output=$work/output
trap 'rm -rf "$work"' EXIT
if [ "${1-}" = --output ]; then
	output=$(readlink -m "$2")
	shift 2
fi
[ $# -gt 0 ] || { sed -n '/^#	/p' "$0"; exit 2; }
mkdir -p "$output"

# Cases change files of copies, so those are folders. The name is that of the tar.
unpacked()
{
	local copy to

	for copy; do
		copy=$(readlink -f "$copy")
		if [ ! -d "$copy" ]; then
			to=$work/unpacked/$(basename "$copy" .tar)
			mkdir -p "$to" && tar -xf "$copy" -C "$to" --strip-components=1 || return
			copy=$to
		fi
		echo "$copy"
	done
}

readarray -t copies < <(unpacked "$@")
[ ${#copies[@]} = $# ] || { echo "Bail out! not all of these are copies: $*"; exit 1; }
export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0:exitcode=99
export UBSAN_OPTIONS=halt_on_error=1:exitcode=99
export LC_ALL=C.UTF-8
results=() failed=0

report()
{
	local word=ok

	[ "$1" = 0 ] || word="not ok" failed=1
	results+=("$word $((${#results[@]} + 1)) $2")
	echo "# $word $2"
	[ "$1" = 0 ] || tail -n 20 "$work/log" 2>/dev/null | sed 's/^/#   /'
}

# check WHAT COMMAND...
check()
{
	local what=$1

	shift
	"$@" >"$work/log" 2>&1
	report $? "$what"
}

skip()
{
	results+=("ok $((${#results[@]} + 1)) $1 # SKIP $2")
}

has() { command -v "$1" >/dev/null; }

# expect STATUS ARGUMENT...: the program with sanitizers, what it printed is in $work/out
expect()
{
	local wanted=$1 got

	shift
	"$work/asan/kmem-studio" "$@" >"$work/out" 2>"$work/err"
	got=$?
	cat "$work/out" "$work/err"
	[ "$got" = "$wanted" ] || { echo "status $got instead of $wanted"; return 1; }
}

prints()
{
	local pattern=$1

	shift
	expect "$@" && grep -qe "$pattern" "$work/out" "$work/err"
}

# --- builds -------------------------------------------------------------------

# build NAME VARIABLE...: without a warning
build()
{
	local name=$1

	shift
	mkdir -p "$work/$name"
	make -s -C "$tool" O="$work/$name" "$@" >"$work/build.log" 2>&1 || {
		cat "$work/build.log"
		return 1
	}
	cat "$work/build.log"
	! grep -q 'warning:' "$work/build.log"
}

# Without a copy it says how to get one.
check_takes_copies()
{
	! make -s -C "$tool" O="$work/plain" check >"$work/out" 2>&1 &&
		grep -q 'COPIES=.*kmem-studio save' "$work/out" && ! grep -q usage "$work/out" &&
		make -n -C "$tool" O="$work/plain" check COPIES="a.tar b.tar" >"$work/out" &&
		grep -q 'tests/run.sh a.tar b.tar$' "$work/out"
}

says_what_is_missing()
{
	build small HAVE_NCURSES=n HAVE_CAIRO=n HAVE_JANSSON=n &&
		[ "$(grep -c 'this kmem-studio' "$work/build.log")" = 3 ] &&
		[ "$("$work/small/kmem-studio" --version | grep -c 'not in this build')" = 3 ]
}

# installs DESTDIR
installs()
{
	make -s -C "$tool" O="$work/plain" install DESTDIR="$1" prefix=/usr/local &&
		[ -x "$1/usr/local/sbin/kmem-studio" ] &&
		[ -f "$1/usr/local/share/man/man8/kmem-studio.8" ] &&
		[ -f "$1/usr/local/share/bash-completion/completions/kmem-studio" ]
}

commands() { "$work/plain/kmem-studio" --help | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p'; }

# options_of [COMMAND]: the long ones that its help tells of
options_of()
{
	"$work/plain/kmem-studio" "$@" --help | sed -n 's/^  \(-., \)\?\(--[a-z-]*\).*/\2/p'
}

has_all_parts()
{
	grep -q "^usage: kmem-studio $1" "$work/out" &&
		grep -A 1 '^Example:' "$work/out" | grep -q "kmem-studio $1" &&
		grep -q '^Exit status:' "$work/out" && grep -q '^  0 ' "$work/out" &&
		grep -q '^  130 ' "$work/out"
}

# Is there an option with nothing beside it, nor in the line below?
no_text()
{
	awk '
		pending { if (!/^ {26}[^ ]/) bad = 1; pending = 0 }
		/^  -/ { pending = length($0) < 27 || substr($0, 27) ~ /^ *$/ }
		END { exit !(bad || pending) }' "$work/out"
}

# The help of each command has all that people look for, and no option without a text.
helps()
{
	local command

	[ "$(commands | wc -l)" = 20 ] || return
	for command in $(commands); do
		expect 0 "$command" --help || return
		if ! has_all_parts "$command" || no_text; then
			echo "the help of $command"
			return 1
		fi
		"$work/asan/kmem-studio" help "$command" | cmp - "$work/out" || return
	done
}

# What the program tells of itself is what the man page has.
manual_is_the_help()
{
	{
		sed '/^\.SH COMMANDS/,$d' "$tool/kmem-studio.8"
		"$work/plain/kmem-studio" --manual
		sed -n '/^\.SH JSON/,$p' "$tool/kmem-studio.8"
	} | diff -u "$tool/kmem-studio.8" - || { echo "make manual makes it so"; return 1; }
}

# Each option is in the man page, below its command, and each of the man page is an option.
manual_has_the_options()
{
	local command

	for command in $(commands); do
		sed -n "/^\.B $command\( \|\$\)/,/^\.RE/p" "$tool/kmem-studio.8" | sed 's/\\-/-/g' |
			sed -n 's/^\.B \(-., \)\?\(--[a-z-]*\).*/\2/p' |
			diff - <(options_of "$command") || { echo "options of $command"; return 1; }
	done
}

# completed WORD...: what may follow these
completed()
{
	bash -c '
		. "$1"
		PATH=$2:$PATH
		shift 2
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		_kmem_studio
		printf "%s\n" "${COMPREPLY[@]}"' - "$tool/kmem-studio.bash" "$work/plain" "$@"
}

completes()
{
	local command

	[ "$(completed kmem-studio tr)" = translate ] || return
	diff <(completed kmem-studio '' | grep -v '^-') <(commands) || return
	for command in $(commands); do
		diff <(completed kmem-studio "$command" -- | sort) \
			<({ options_of; options_of "$command"; } | sort) ||
			{ echo "options of $command"; return 1; }
	done
}

# --- what is wrong with a command line --------------------------------------------

# A wrong option is told with the command that does not have it, and where to look.
refuses_options()
{
	local command

	for command in $(commands); do
		prints "$command has no option --frob: .*kmem-studio $command --help" 2 \
			"$command" --frob || return
	done
	prints 'bench: --orders takes N-M,..., not "x"' 2 bench --orders=x &&
		prints 'bench: --cpus takes N,M,..., not "a"' 2 bench --cpus a &&
		prints 'pressure: --hold takes SECONDS, not "y"' 2 pressure --hold=y fill || return
	prints 'run has no option --patern: is --pattern meant?' 2 run --patern x page 5 &&
		prints 'is --json meant?' 2 map --jsn && prints 'run has no option -x' 2 run -x &&
		prints 'run: --gfp takes a value' 2 run page 5 --gfp &&
		prints 'run: --keep takes no value' 2 run page 5 --keep=3 &&
		prints 'there is no option --frob' 2 --frob list &&
		prints 'is map meant' 2 mpa && prints '.-width takes a value' 2 list --width
}

# The same words for a name that nothing has, whoever is asked.
no_such_name()
{
	local words

	for words in "show nope" "map nope" "map $2 nope" "page nope 1" "show benches/nope"; do
		# shellcheck disable=SC2086 # these are words
		prints 'there is no arena, bench or pressure ".*nope": kmem-studio list' 4 \
			--root "$1" $words || return
		[ ! -s "$work/out" ] || { echo "$words prints something"; return 1; }
	done
}

# Which pages there are is told where there is none of that number.
no_such_page()
{
	local last

	last=$(tail -n 1 "$1/sys/kernel/debug/kmem_studio/arenas/$2/pages" | cut -f 1)
	prints "no page 99999: it has those from 0 to $last" 4 --root "$1" page "$2" 99999 &&
		prints 'is not the index of a page' 2 --root "$1" page "$2" x &&
		expect 0 --root "$1" page "$2" "$last"
}

# --- colours ----------------------------------------------------------------------

# terminal VARIABLE=VALUE ARGUMENT...: in a terminal; what it printed is in $work/out
terminal()
{
	local typed

	typed=$(printf '%q ' "$work/asan/kmem-studio" "${@:2}")
	env TERM=xterm-256color "$1" script -qec "$typed" /dev/null </dev/null >"$work/out" 2>&1
}

escapes_in_out() { grep -q "$(printf '\033')" "$work/out"; }

# No command tells a terminal what it does not know, or what nobody wants.
no_colours()
{
	local root=$1 setting words

	terminal A=b --root "$root" map
	escapes_in_out || { echo "there is no colour anywhere"; return 1; }
	for setting in TERM=dumb TERM= NO_COLOR=1; do
		for words in list "show $2" map "map $2" "page $2 0" "map --split 79" probe \
			     "run --frob" "map --help"; do
			# shellcheck disable=SC2086 # these are words
			terminal $setting --root "$root" $words
			! escapes_in_out || { echo "$setting $words"; return 1; }
		done
	done
	for setting in TERM=dumb TERM=; do
		terminal "$setting" --root "$root" watch
		! escapes_in_out || { echo "$setting watch"; return 1; }
		grep -q 'watch' "$work/out" || return
	done
	expect 0 --root "$root" map
	! escapes_in_out || { echo "a pipe"; return 1; }
	terminal NO_COLOR= --root "$root" map
	escapes_in_out || { echo "an empty NO_COLOR is none"; return 1; }
}

# --- one of a thing ---------------------------------------------------------------

# An arena of one page, in one run, and what is said of it.
one_page()
{
	local root=$work/one arenas debug words

	rm -rf "$root"
	cp -r "${copies[0]}" "$root"
	arenas=$root/sys/kernel/config/kmem_studio/arenas
	debug=$root/sys/kernel/debug/kmem_studio/arenas
	find "$arenas" "$debug" -mindepth 1 -maxdepth 1 ! -name report-page ! -name lab \
		-exec rm -r {} +
	mv "$arenas/report-page" "$arenas/one"
	mv "$debug/report-page" "$debug/one"
	for words in nr_structs:1 nr_pages:1 nr_spans:1 bytes_requested:32; do
		echo "${words#*:}" >"$arenas/one/${words%:*}"
	done
	awk -F'\t' -v OFS='\t' 'NR > 1 { $7 = 1 } { print }' "$debug/one/spans" | head -n 2 \
		>"$work/spans"
	mv "$work/spans" "$debug/one/spans"
	sed -i '3,$d' "$debug/one/pages"
	prints '^1 page in 1 run of neighbours' 0 --root "$root" show one &&
		prints 'page, 1 page in 1 run, 0 of them' 0 --root "$root" map one &&
		prints 'one has no page 7: it has one, number 0' 4 --root "$root" page one 7 ||
		return
	for words in list "show one" map "map one" "map one --width 50" "page one 0" \
		     "report --course -o -"; do
		# shellcheck disable=SC2086 # these are words
		expect 0 --root "$root" $words || return
		! grep -E '(^|[^0-9.,#-])1 (page|run|struct|word|object|byte|cell)s\>' \
			"$work/out" || return
	done
}

# --- a copy -------------------------------------------------------------------

# The first arena in that state, and of that allocator if it is named.
first_of()
{
	"$work/plain/kmem-studio" --root "$1" list --csv |
		awk -F, -v state="$2" -v allocator="${3-}" '
			$3 == state && (allocator == "" || $4 == allocator) { print $2; exit }'
}

arena_of() { first_of "$1" live vmalloc; }
corrupt_of() { first_of "$1" corrupt; }

is_json() { expect "$@" --json && jq -e . "$work/out" >/dev/null; }

# Both are asked for, both are there.
picture_beside()
{
	local format=$1 svg=$work/beside.svg

	shift
	rm -f "$svg"
	"is_$format" 0 "$@" --svg "$svg" && grep -q '<svg' "$svg"
}

is_csv() { expect "$@" --csv && is_table; }

# As many fields in each line as in the first, and more than that one.
is_table()
{
	awk '
		{
			# a field in quotes may have several lines
			line = pending $0
			quotes = line
			if (gsub(/"/, "", quotes) % 2) {
				pending = line "\n"
				next
			}
			pending = ""
			fields = 0
			rows++
			# a field is in quotes, or has none
			while (match(line, /^("([^"]|"")*"|[^",]*)(,|$)/)) {
				fields++
				if (substr(line, RLENGTH, 1) != "," || !RLENGTH)
					break
				line = substr(line, RLENGTH + 1)
			}
			if (rows == 1)
				columns = fields
			else if (fields != columns)
				wrong = 1
		}
		END { exit wrong || rows < 2 || pending != "" }' "$work/out"
}

# Every line of a picture fits.
fits()
{
	local width=$1

	shift
	expect 0 "$@" --width "$width" --color never && [ "$(wc -L <"$work/out")" -le "$width" ]
}

# As the driver prints it.
probed_copy()
{
	rm -rf "$work/probed"
	cp -r "$1" "$work/probed"
	cat >"$work/probed/sys/kernel/debug/kmem_studio/probe" <<-'END'
	kind  order    got        mean ns       worst ns reclaims compacted  from
	page      0    8/8       1234.567       4321.000        0         0  DMA, node 0
	page      1    5/8      21234.567      34321.000        3        12  DMA (area), node 1
	page     10    0/8          0.000          0.000        7         8  -
	cma       1    8/8    5000000.500   90000000.000        0         0  DMA (area), node 0
	END
	printf 'probe: %s %s %s %s\n' page0=8/8,1234.567,4321.000,0,0,DMA,0 \
		page1=5/8,21234.567,34321.000,3,12,DMA,1 page10=0/8,0.000,0.000,7,8,-,0 \
		cma1=8/8,5000000.500,90000000.000,0,0,DMA,0 \
		>>"$work/probed/sys/kernel/debug/kmem_studio/probe"
}

shows_costs()
{
	local root=$work/probed

	probed_copy "$1"
	prints '^page  *1  *5  *8  *21.2 us  *34.3 us  *3  *12  *DMA  *1$' 0 --root "$root" probe &&
		prints '^page  *10  *0  *8 .* -  *-$' 0 --root "$root" probe &&
		is_csv 0 --root "$root" probe &&
		grep -qx '1,DMA,1,,,page,5,8,21234.567,34321.000,3,12' "$work/out" &&
		grep -qx ',,10,,,page,0,8,0.000,0.000,7,8' "$work/out" &&
		is_json 0 --root "$root" probe && jq -e '.costs | length == 4 and
			(.[1] | .kind == "page" and .order == 1 and .got == 5 and .asked == 8 and
			.mean_ns == 21234.567 and .worst_ns == 34321 and .reclaims == 3 and
			.compacted == 12 and .zone == "DMA" and .node == 1) and
			.[2].zone == null and .[3].kind == "cma"' "$work/out" &&
		names_are_documented &&
		all_fit "$root" probe &&
		# and where there is no line that is understood
		sed -i 's/^probe:.*/probe: page=8 page0=x,y page1=1\/8,a,b,c,d,e,f/' \
			"$root/sys/kernel/debug/kmem_studio/probe" &&
		prints 'no costs are shown' 0 --root "$root" probe
}

# Each of its words, in the narrowest and the widest that people have.
all_fit()
{
	local root=$1 width words

	shift
	for width in 60 80 200; do
		for words; do
			# shellcheck disable=SC2086 # these are words
			fits "$width" --root "$root" $words || {
				echo "$words in $width columns"
				return 1
			}
		done
	done
}

# Each route with whether it agrees; one leads elsewhere, and the end tells.
tells_routes()
{
	local answer=answers/$2.0 ways='all ways'

	grep -q '^vmalloc_to_phys:' "$1/$answer" || ways='the ways that were followed'
	rm -rf "$work/routes"
	cp -r "$1" "$work/routes"
	is_csv 0 --root "$work/routes" page "$2" 0 && ! grep ',no$' "$work/out" &&
		grep -q '^program,program_pfn,0x.*,yes$' "$work/out" &&
		grep -q '^translate,phys_to_pfn,0x.*,yes$' "$work/out" &&
		grep -q "^all,verdict,$ways lead to the same frame.*,yes\$" "$work/out" || return
	sed -i 's/^program_pfn:.*/program_pfn:\t0x1/; s/^phys_to_pfn:.*/phys_to_pfn:\t0x2/' \
		"$work/routes/$answer"
	is_csv 1 --root "$work/routes" page "$2" 0 &&
		grep -qx 'program,program_pfn,0x1,no' "$work/out" &&
		grep -qx 'translate,phys_to_pfn,0x2,no' "$work/out" &&
		grep -q '^all,verdict,DIFFER.*,no$' "$work/out" || return
	rm "$work/routes/$answer"
	is_csv 0 --root "$work/routes" page "$2" 0 &&
		grep -qx 'all,verdict,one way only.*,' "$work/out" &&
		grep -q '^program,missing,' "$work/out"
}

# Both page tables lead to the frame, whatever the width.
arrows_lead_to_the_frame()
{
	local width

	for width in 80 84 110 200; do
		expect 0 --root "$1" page "$2" 0 --ascii --width "$width" &&
			grep -q '|-*-> |.*| <-*-|' "$work/out" || return
	done
}

# Each name of what was printed is in the manual, below its command.
names_are_documented()
{
	jq -r .command "$work/out" >>"$work/commands" &&
		awk -f "$tool/tests/json.awk" "$tool/kmem-studio.8" "$work/out"
}

json_is_documented()
{
	local root=$1 words

	for words in list "show $2" map "map $2" "map --split 79" "page $2 1" "page $3 0" probe \
		     report; do
		# shellcheck disable=SC2086 # these are words
		is_json 0 --root "$root" $words && names_are_documented || return
	done
}

# At the top, in an object, in an array of an array; and what belongs to another command.
finds_undocumented()
{
	local name

	expect 0 --root "${copies[0]}" map "$(arena_of "${copies[0]}")" --json || return
	cp "$work/out" "$work/map.json"
	for name in page_size_bytes first_pfn free_blocks pages slab wrong_pfns; do
		sed "s/\"$name\":/\"planted\":/" "$work/map.json" >"$work/out"
		names_are_documented | grep 'has no .*planted' || { echo "$name"; return 1; }
	done
	sed 's/"command": "map"/"command": "list"/' "$work/map.json" >"$work/out"
	! names_are_documented
}

# But for lab, whose table a report has, and what prints none.
all_json_was_seen()
{
	diff <(commands | grep -vx 'lab\|watch' | sort) \
		<(sed 's/ --.*//' "$work/commands" | sort -u)
}

# The pieces that are taken and those that are free again are the block.
splits_blocks()
{
	is_json 0 map --split 79 && jq -e '.split | .wanted_pages == 79 and .block_pages == 128 and
		.order == 7 and .rounding_pages == 49 and
		([.steps[] | select(.first_half == "taken").half_pages] | add == 79) and
		([.steps[] | select(.second_half == "free").half_pages] | add == 49)' "$work/out" &&
		is_json 0 map --split 64 && jq -e '.split | .rounding_pages == 0 and
			(.steps | length == 0)' "$work/out" &&
		is_csv 0 map --split 79 && grep -qx '72,4,taken,split' "$work/out" &&
		picture_beside json map --split 79 && picture_beside csv map --split 79
}

is_ascii() { expect 0 "$@" --ascii && ! LC_ALL=C grep -qP '[^\x00-\x7f]' "$work/out"; }

draws_by_locale()
{
	LC_ALL=C expect 0 --root "$1" page "$2" 0 &&
		! LC_ALL=C grep -qP '[^\x00-\x7f]' "$work/out" &&
		expect 0 --root "$1" page "$2" 0 && LC_ALL=C grep -qP '[^\x00-\x7f]' "$work/out"
}

# The pages of the picture are those of the table in the copy.
map_counts()
{
	local root=$1 arena=$2

	expect 0 --root "$root" map "$arena" --csv
	tail -n +2 "$root/sys/kernel/debug/kmem_studio/arenas/$arena/spans" |
		awk -F'\t' '{ n += $7 } END { print n }' >"$work/want"
	tail -n +2 "$work/out" | awk -F, '{ n += $4 } END { print n }' | cmp - "$work/want"
}

# The page of the word that was corrupted, nothing else.
marks_the_word()
{
	expect 0 --root "$1" map "$2" --width 80 --color never
	[ "$(sed '/objects/d' "$work/out" | tr -cd X | wc -c)" = 1 ]
}

# By the definition of SVG 1.1 where it is installed.
svg_valid()
{
	local dtd

	dtd=$(find /usr/share/xml/w3c-sgml-lib -name svg11.dtd 2>/dev/null | tail -n 1)
	xmllint --nonet --noout ${dtd:+--dtdvalid "$dtd"} "$1"
}

finds_bad_svg()
{
	sed '0,/<rect /s//<rect planted="1" /' "$output/map-${copies[0]##*/}.svg" >"$work/bad.svg"
	! svg_valid "$work/bad.svg" 2>"$work/err" && grep -q planted "$work/err"
}

svg_is_valid()
{
	local name=$1

	shift
	expect 0 "$@" --svg "$output/$name.svg" && svg_valid "$output/$name.svg" &&
		! grep -q 'href\|<script' "$output/$name.svg"
}

is_png() { [ "$(head -c 4 "$1" | tail -c 3)" = PNG ]; }

png_is_one()
{
	local name=$1

	shift
	"$work/plain/kmem-studio" "$@" --png "$output/$name.png" && is_png "$output/$name.png"
}

test_copy()
{
	local root=$1 name=$2 arena corrupt

	arena=$(arena_of "$root")
	corrupt=$(corrupt_of "$root")
	check "$name: list" prints "$arena" 0 --root "$root" list
	check "$name: list as JSON" is_json 0 --root "$root" list
	check "$name: list as CSV" is_csv 0 --root "$root" list
	check "$name: show" prints 'vmalloc' 0 --root "$root" show "$arena"
	check "$name: show as JSON" is_json 0 --root "$root" show "$arena"
	check "$name: show tells the kernel's lines" prints 'Verification failed' 0 \
		--root "$root" show "$corrupt"
	check "$name: map" prints 'Physical memory' 0 --root "$root" map
	check "$name: map as JSON" is_json 0 --root "$root" map
	check "$name: map in 60 columns" fits 60 --root "$root" map
	check "$name: map in 200 columns" fits 200 --root "$root" map
	check "$name: pictures and tables fit" all_fit "$root" list probe \
		"map $arena $corrupt" "page $arena 0" "map --split 79"
	check "$name: arrows" arrows_lead_to_the_frame "$root" "$(answered "$root")"
	check "$name: names of JSON" json_is_documented "$root" "$arena" "$(answered "$root")"
	check "$name: map in 20 columns" expect 0 --root "$root" map --width 20
	check "$name: map in ASCII" is_ascii --root "$root" map "$arena"
	check "$name: the locale tells what is drawn with" draws_by_locale "$root" "$arena"
	check "$name: map has the pages of the table" map_counts "$root" "$arena"
	check "$name: map marks the wrong word" marks_the_word "$root" "$corrupt"
	check "$name: boxes cut characters" cuts_characters "$root" "$(answered "$root")"
	check "$name: figures beyond 64 bits" shows_large_figures "$root" "$arena"
	check "$name: no such name" no_such_name "$root" "$arena"
	check "$name: page" prints 'lead to the same frame' 0 \
		--root "$root" --width 200 page "$(answered "$root")" 0
	check "$name: page as JSON" is_json 0 --root "$root" page "$arena" 1
	check "$name: page as CSV" tells_routes "$root" "$(answered "$root")"
	check "$name: page, none of that index" no_such_page "$root" "$arena"
	check "$name: a picture of memory beside JSON" picture_beside json --root "$root" map
	check "$name: a picture of an arena beside CSV" picture_beside csv \
		--root "$root" map "$arena"
	check "$name: a picture of a page beside JSON" picture_beside json \
		--root "$root" page "$arena" 0
	check "$name: a picture of a page beside CSV" picture_beside csv \
		--root "$root" page "$arena" 0
	check "$name: probe" prints 'order 0' 0 --root "$root" probe
	check "$name: probe as CSV" is_csv 0 --root "$root" probe
	check "$name: probe shows what the driver measured" shows_costs "$root"
	check "$name: report" expect 0 --root "$root" report --course -o "$output/report-$name.html"
	check "$name: a question stays above its room" asks "$output/report-$name.html"
	check "$name: what is wasted is on paper, too" tells_waste "$output/report-$name.html"
	check "$name: a report without benches says so" misses_benches "$root"
	check "$name: report has its data" prints '"lab"' 0 --root "$root" report --json
	check "$name: nothing can be changed" prints 'saved copy' 3 --root "$root" rm "$arena"
	check "$name: nobody to ask" prints 'saved copy' 3 --root "$root" translate ffff
	if has xmllint; then
		check "$name: SVG of memory" svg_is_valid "map-$name" --root "$root" map
		check "$name: SVG of arenas" svg_is_valid "arena-$name" \
			--root "$root" map "$arena" "$corrupt"
		check "$name: SVG of a page" svg_is_valid "page-$name" \
			--root "$root" page "$arena" 0
		check "$name: SVG of a split" svg_is_valid "split-$name" \
			--root "$root" map --split 79
	else
		skip "$name: SVG" "no xmllint"
	fi
	if "$work/plain/kmem-studio" --version | grep -q -e '--png: cairo'; then
		check "$name: PNG of memory" png_is_one "map-$name" --root "$root" map
		check "$name: PNG of an arena" png_is_one "arena-$name" --root "$root" map "$arena"
		check "$name: PNG of a page" png_is_one "page-$name" --root "$root" page \
			"$(answered "$root")" 0
	else
		skip "$name: PNG" "built without cairo"
	fi
	if has valgrind; then
		check "$name: valgrind" under_valgrind "$root" "$arena"
	else
		skip "$name: valgrind" "no valgrind"
	fi
	check "$name: copies that were changed at random" "$tool/tests/fuzz.sh" \
		"$work/asan/kmem-studio" "$work/mutate" "$root" \
		"$((${ROUNDS:-60} / ${#copies[@]}))" "$seed"
	seed=$((seed + 1))
}

# A hint in the room for an answer is gone as soon as somebody types; these are not in it.
asks()
{
	local nr

	nr=$(grep -c '<h3>' "$1")
	[ "$nr" -gt 5 ] && [ "$(grep -c 'class="ask">[A-Z].*?</p>$' "$1")" = "$nr" ] &&
		[ "$(grep -c 'aria-label="Answer"></div>$' "$1")" = "$nr" ]
}

# Columns of rank 1 are printed.
tells_waste()
{
	grep -q '<th class="[^"]*\<r1\>[^"]*">SLACK' "$1" &&
		grep -q 'slab: .* allocated.*, of which .* were not asked for,' "$1"
}

misses_benches()
{
	rm -rf "$work/benchless"
	cp -r "$1" "$work/benchless"
	rm -f "$work/benchless/results/bench.csv"
	expect 0 --root "$work/benchless" report --json && jq -e \
		'.failed | tostring | test("What an allocation costs: not in this copy")' \
		"$work/out"
}

# The arena of which a page was looked at when the copy was made.
answered() { basename "$(find "$1/answers" -name '*.0' | head -n 1)" .0; }

under_valgrind()
{
	local words

	for words in "list" "show $2" "map --width 80" "map $2 --svg $work/v.svg" "page $2 0" \
		     "page $2 0 --csv" "page $2 0 --json" "map --split 79 --json" \
		     "report -o $work/v.html" "probe"; do
		# shellcheck disable=SC2086 # these are words
		valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite \
			"$work/plain/kmem-studio" --root "$1" $words >/dev/null || return
	done
}

# The copy in one file, as save writes it.
as_tar()
{
	tar -cf "$work/$1.tar" --format=ustar -C "${copies[0]%/*}" \
		--transform "s,^$1,kmem-studio-save," "$1"
}

tar_says_the_same()
{
	local words=("$@") name=${copies[0]##*/}

	as_tar "$name" && expect 0 --root "${copies[0]}" "${words[@]}" &&
		mv "$work/out" "$work/want" &&
		expect 0 --root "$work/$name.tar" "${words[@]}" && cmp "$work/want" "$work/out"
}

# A tar that lacks its end is not taken for all there is.
refuses_cut_tars()
{
	local tar=$work/${copies[0]##*/}.tar size

	as_tar "${copies[0]##*/}" || return
	# it is padded behind its two blocks of zeros
	size=$(LC_ALL=C sed 's/\x00*$//' "$tar" | wc -c)
	size=$(((size + 511) / 512 * 512))
	for size in $size $((size + 512)) $((size - 512)) $((size / 2)) 2000; do
		head -c "$size" "$tar" >"$work/cut.tar"
		prints 'cut off' 4 --root "$work/cut.tar" list && [ ! -s "$work/out" ] || return
	done
}

# As of a machine with many arenas: each is there, in the same order.
reads_large_tars()
{
	local root=$work/large arenas i

	rm -rf "$root"
	cp -r "${copies[0]}" "$root"
	arenas=$root/sys/kernel/config/kmem_studio/arenas
	for ((i = 0; i < 1000; i++)); do
		cp -r "$arenas/report-page" "$arenas/z$i"
	done
	mv "$arenas/z1" "$arenas/z1-1"
	[ "$(find "$root" -type f | wc -l)" -gt 16384 ] &&
		tar -cf "$work/large.tar" --format=ustar -C "$work" large &&
		expect 0 --root "$root" list --csv && mv "$work/out" "$work/want" &&
		expect 0 --root "$work/large.tar" list --csv && cmp "$work/want" "$work/out"
}

says_what_is_left_out()
{
	rm -rf "$work/linking"
	cp -r "${copies[0]}" "$work/linking"
	ln -s /etc/passwd "$work/linking/passwd"
	tar -cf "$work/linking.tar" --format=ustar -C "$work" linking &&
		prints 'left out (1)' 0 --root "$work/linking.tar" list
}

# written_whole FILE ARGUMENT...: nothing is left of a file for which there is no room
written_whole()
{
	local file=$1

	shift
	(
		trap '' XFSZ
		ulimit -f 1
		expect 4 --root "${copies[0]}" "$@"
	) && [ ! -e "$file" ]
}

# Whatever is in it: no crash, no hang.
hostile_tars()
{
	local i got name=${copies[0]##*/} tar

	tar=$work/$name.tar
	as_tar "$name" || return
	for ((i = 0; i < 40; i++)); do
		# a header at the beginning, and one further on
		{
			head -c $((1024 * (i % 2))) "$tar"
			tail -c +$((1024 * (i % 2) + 1)) "$tar" | head -c 1500
		} | "$work/mutate" "$i" >"$work/hostile.tar"
		tail -c +2501 "$tar" | head -c $((i * 4000)) >>"$work/hostile.tar"
		timeout 60 "$work/asan/kmem-studio" --root "$work/hostile.tar" list \
			>"$work/out" 2>&1
		got=$?
		[ "$got" -le 4 ] || { cat "$work/out"; echo "seed $i: status $got"; return 1; }
	done
}

# What has several bytes is not cut in the middle: all lines are characters.
cuts_characters()
{
	local root=$work/wide pages

	rm -rf "$root"
	cp -r "$1" "$root"
	pages=$root/sys/kernel/debug/kmem_studio/arenas/$2/pages
	awk -F'\t' -v OFS='\t' '
		NR == 1 { for (i = 1; i <= NF; i++) if ($i == "zone") zone = i }
		NR > 1 { $zone = "äöüäöüäöüäöüäöüäöüäöü" }
		{ print }' "$pages" >"$work/pages"
	cat "$work/pages" >"$pages"
	expect 0 --root "$root" page "$2" 0 --width 100 && grep -q äöüäöü "$work/out" &&
		! grep -qaxv '.*' "$work/out"
}

# Figures beyond 64 bits.
shows_large_figures()
{
	rm -rf "$work/wide"
	cp -r "$1" "$work/wide"
	for file in alloc_ns bytes_requested; do
		echo 99999999999999999999 \
			>"$work/wide/sys/kernel/config/kmem_studio/arenas/$2/$file"
	done
	printf 'allocator,alloc_ns\npage,99999999999999999999\n' >"$work/wide/results/compare.csv"
	prints '^alloc_ns .*100000000000.0 s' 0 --root "$work/wide" show "$2" &&
		prints '^bytes_requested .*86.7 EB' 0 --root "$work/wide" show "$2" &&
		prints '100000000000.0 s' 0 --root "$work/wide" report -o -
}

# Made up: the drivers that the copies are of may have no benches.
draws_benches()
{
	local root=$work/benched order

	rm -rf "$root"
	cp -r "${copies[0]}" "$root"
	{
		echo allocator,order,pattern,cpus,alloc_mean_ns,free_mean_ns
		for order in 0 1 2 3 4 99 x; do
			echo "page,$order,hot,0,${#order}00.5,80"
		done
	} >"$root/results/bench.csv"
	printf '%s\n' from_ns,to_ns,alloc,free 64,128,7,0 128,192,90,3 192,256,5,x \
		>"$root/results/histogram.csv"
	expect 0 --root "$root" report -o "$output/benched.html" &&
		[ "$(grep -c '<path stroke-width' "$output/benched.html")" = 4 ] &&
		[ "$(grep -c '<figcaption>.*: how many took how long' "$output/benched.html")" = 2 ]
}

# --- what is hostile or broken --------------------------------------------------

hostile_copy()
{
	local root=$work/hostile arenas debug

	rm -rf "$root"
	cp -r "${copies[0]}" "$root"
	arenas=$root/sys/kernel/config/kmem_studio/arenas
	debug=$root/sys/kernel/debug/kmem_studio/arenas
	mkdir "$arenas/"$'\033[31mred' "$arenas/a b" "$arenas/pipe" "$arenas/loop"
	mkfifo "$arenas/pipe/state"
	ln -s . "$arenas/loop/loop"
	mkdir -p "$work/secret"
	echo root: >"$work/secret/state"
	ln -s "$work/secret" "$arenas/link"
	ln -s /etc/passwd "$arenas/loop/state"
	mkdir "$arenas/text"
	printf '\033]0;title\007<script>alert(1)</script>' >"$arenas/text/state"
	printf '"a,b"\n' >"$arenas/text/allocator"
	printf '99999999999999999999' >"$arenas/text/nr_pages"
	mkdir -p "$debug/text"
	printf 'index\tvirt\tpfn\tpages\tnode\tzone\tkind\n0\t<b>\t0x0\t1\t0\t<script>\t<i>\n' \
		>"$debug/text/spans"
	printf '0\t\0\t0xffffffffffffffff\t0xffffffffffffffff\t0\tx\ty\n' >>"$debug/text/spans"
	mkdir -p "${arenas%/*}/"{benches,pressures}/$'\e]0;x\a'
	printf '\033]0;y\007' >"${arenas%/*}/benches/"$'\e]0;x\a'/allocator
	head -c 100000 /dev/zero >"$root/proc/zoneinfo"
	printf '00000000-ffffffffffffffff : System RAM\n5-4 : System RAM\n0-fff : System RAM\n' \
		>"$root/proc/iomem"
}

prints_no_command()
{
	expect 0 --root "$work/hostile" "$@" && ! grep -q "$(printf '\033')" "$work/out"
}

escapes()
{
	expect 0 --root "$work/hostile" report -o "$work/hostile.html" &&
		! grep -qi '<script>\|<b>\|<i>' "$work/hostile.html"
}

# The fuzzer sees what it is there for: a crash, and a cursor that is moved.
fuzzer_sees()
{
	local planted=$work/planted

	printf '#!/bin/sh\n%s\n' "$1" >"$planted"
	chmod 755 "$planted"
	! "$tool/tests/fuzz.sh" "$planted" "$work/mutate" "${copies[0]}" 3 >"$work/out" &&
		grep -q "$2" "$work/out"
}

names_are_allowed()
{
	expect 0 --root "$work/hostile" list --csv && ! grep -q '^\(bench\|pressure\),' "$work/out"
}

# Not even one of a folder: what is in it is not of the copy.
follows_no_folder()
{
	local linked=$work/linked

	prints 'no arena, bench' 4 --root "$work/hostile" show link --json &&
		! grep -q root: "$work/out" || return
	# the copy itself may be one; not what is above the files
	ln -sfn "$work/hostile" "$linked"
	expect 0 --root "$linked" list --csv && grep -q ^arena,text "$work/out" || return
	rm "$linked"
	mkdir "$linked"
	ln -s "$work/hostile/sys" "$work/hostile/proc" "$linked"
	cp "${copies[0]}/machine" "$linked"
	prints 'no driver was loaded' 3 --root "$linked" list &&
		prints 'tells of no zone' 3 --root "$linked" probe
}

follows_no_link() { expect 0 --root "$work/hostile" list && ! grep -q root: "$work/out"; }

hangs_not() { timeout 20 "$work/asan/kmem-studio" --root "$work/hostile" list >/dev/null; }

# endless_copy ARENA ARENA: small files that tell of very much: 1 TB, of which each line tells
endless_copy()
{
	local root=$work/endless debug

	rm -rf "$root"
	cp -r "${copies[0]}" "$root"
	debug=$root/sys/kernel/debug/kmem_studio/arenas
	{
		printf 'index\tvirt\tpfn\tpages\tnode\tzone\tkind\n'
		for i in 0 1 2 3 4 5 6 7; do
			printf '%s\t0x0\t%s\t1\t0\tDMA\tmap\n' $i $i
		done
		printf '8\t0x0\t0x8\t0x8000000000000\t0\tDMA\tmap\n'
	} >"$debug/$1/spans"
	{
		head -n 1 "$debug/$1/spans"
		seq 70000 | awk '{
			printf "%.0f\t0x0\t0x0\t268435455\t0\tDMA\tmap\n", $1 * 268435455 }'
	} >"$debug/$2/spans"
	echo '00000000-ffffffffff : System RAM' >"$root/proc/iomem"
	yes '0 fffffff 0' | head -n 70000 >"$root/proc/kpageflags.runs"
	{
		echo nr_structs,nr_pages,rounding_pages
		yes 1,2,3 | head -n 400000
	} >"$root/results/lab.csv"
}

# ends PATTERN ARGUMENT...: within a minute, and says so
ends()
{
	local pattern=$1

	shift
	timeout -k 5 60 "$work/asan/kmem-studio" --root "$work/endless" "$@" >"$work/out" \
		2>"$work/err"
	[ $? -le 4 ] || return
	grep -qe "$pattern" "$work/out" "$work/err"
}

# With 64 MB: a file of a copy that is larger ends the program with a sentence, however far it
# is. The file is one hole.
runs_out_of_memory()
{
	local root=$work/huge file=$1 got

	shift
	rm -rf "$root"
	cp -r "${copies[0]}" "$root"
	truncate -s 200M "$root/$file" || return
	(
		ulimit -v 65536
		timeout -k 5 60 "$work/plain/kmem-studio" --root "$root" "$@"
	) >"$work/out" 2>"$work/err"
	got=$?
	cat "$work/out" "$work/err"
	[ "$got" = 4 ] && [ "$(tail -n 1 "$work/err")" = 'kmem-studio: out of memory' ] &&
		[ ! -s "$work/out" ]
}

full_disk()
{
	"$work/asan/kmem-studio" --root "${copies[0]}" "$@" >/dev/full 2>"$work/err"
	[ $? = 4 ] && grep -q 'No space left' "$work/err"
}

full_file() { expect 4 --root "${copies[0]}" "$@" && grep -q 'No space left' "$work/err"; }

# Nobody reads what is printed: that is the status, nothing is said, and nothing crashes.
closed_pipe()
{
	local got

	mkfifo "$work/pipe"
	exec 3<>"$work/pipe"
	exec 4>"$work/pipe" 3>&-
	"$work/asan/kmem-studio" --root "${copies[0]}" "$@" >&4 2>"$work/err"
	got=$?
	exec 4>&-
	rm "$work/pipe"
	cat "$work/err"
	[ "$got" = 4 ] || { echo "status $got instead of 4"; return 1; }
	[ ! -s "$work/err" ]
}

test_broken()
{
	local arena corrupt

	hostile_copy
	check "hostile: list" prints_no_command list
	check "hostile: list as CSV" prints_no_command list --csv
	check "hostile: a name that is none" names_are_allowed
	check "hostile: links are not followed" follows_no_link
	check "hostile: links of folders are not followed" follows_no_folder
	check "hostile: a pipe does not hang it" hangs_not
	check "hostile: show" prints_no_command show text
	check "hostile: CSV" is_csv 0 --root "$work/hostile" list
	check "hostile: JSON" is_json 0 --root "$work/hostile" show text
	check "hostile: map" prints_no_command map
	check "hostile: map of it" prints_no_command map text
	check "hostile: report escapes what it shows" escapes
	check "the fuzzer sees a crash" fuzzer_sees 'kill -SEGV $$' 'status 139'
	check "the fuzzer sees a moved cursor" fuzzer_sees 'printf "\033[2J"' 'control characters'
	check "hostile: a name that is a path" prints 'no arena' 4 \
		--root "$work/hostile" show ../../../proc
	arena=$(arena_of "${copies[0]}") corrupt=$(corrupt_of "${copies[0]}")
	endless_copy "$arena" "$corrupt"
	check "endless: map of an arena" ends 'in 9 runs' map "$arena"
	check "endless: spans that lie on each other" ends 'lie on each other' map "$corrupt"
	check "endless: map of memory" ends 'Physical memory' map
	check "endless: results" ends 'more than 65536 rows' report -o "$work/endless.html"
	check "out of memory: list" runs_out_of_memory \
		"sys/kernel/config/kmem_studio/arenas/$arena/nodes" list
	check "out of memory: JSON" runs_out_of_memory \
		"sys/kernel/config/kmem_studio/arenas/$arena/nodes" show "$arena" --json
	check "out of memory: a table" runs_out_of_memory \
		"sys/kernel/debug/kmem_studio/arenas/$arena/spans" map "$arena" --csv
	check "out of memory: the log" runs_out_of_memory kernel.log show "$corrupt"
	check "out of memory: results" runs_out_of_memory results/lab.csv report -o -
	check "a full disk: list" full_disk list
	check "a full disk: JSON" full_disk map --json
	check "a full disk: SVG" full_file map --svg /dev/full
	check "a full disk: report" full_file report -o /dev/full
	check "a folder that is not there" expect 4 --root "${copies[0]}" report -o /nosuch/x.html
	check "a closed pipe: list" closed_pipe list
	check "a closed pipe: report" closed_pipe report -o -
	check "a tar: list" tar_says_the_same list
	check "a tar: map" tar_says_the_same map
	check "a tar: report" tar_says_the_same report -o -
	check "tars that were changed at random" hostile_tars
	check "tars that were cut off" refuses_cut_tars
	check "a tar of 1000 arenas" reads_large_tars
	check "a tar with a link" says_what_is_left_out
	check "no part of a report is left" written_whole "$work/part.html" \
		report -o "$work/part.html"
	check "no part of a picture is left" written_whole "$work/part.svg" \
		map --svg "$work/part.svg"
	check "no tar" prints 'save wrote' 2 --root "$tool/Makefile" list
	check "a folder that is no copy" refuses_other_folders
	cp "${copies[0]}/machine" "$dest"
	check "an empty copy" expect 3 --root "$dest" list
	check "a report without the driver" incomplete_report
	if unshare -rm mount -t tmpfs none /sys 2>/dev/null; then
		check "what modprobe says is told" tells_what_modprobe_says
	else
		skip "what modprobe says is told" "no namespaces"
	fi
	check "one page, one run" one_page
	if has script; then
		check "no colours where none are wanted" no_colours "${copies[0]}" \
			"$(arena_of "${copies[0]}")"
	else
		skip "no colours where none are wanted" "no script"
	fi
	check "curves of benches in a report" draws_benches
	check "no command" expect 2
	check "no such command" expect 2 nosuch
	check "no such option" refuses_options
	check "a copy and JSON at one place" prints 'cannot both' 2 save -o - --json
	check "help" prints 'usage' 0 --help
	check "help of a command" helps
}

# without_driver COMMAND: the program with another modprobe, where there is no driver
without_driver()
{
	mkdir -p "$work/fake"
	printf '#!/bin/sh\n%s\n' "$1" >"$work/fake/modprobe"
	chmod 755 "$work/fake/modprobe"
	unshare -rm sh -c "mount -t tmpfs none /sys && PATH=$work/fake:\$PATH \
		$work/asan/kmem-studio lab 10" >"$work/out" 2>"$work/err"
	[ $? = 3 ] || { cat "$work/err"; return 1; }
}

# What modprobe says of a driver is told, and only where it finds none that there is none.
tells_what_modprobe_says()
{
	without_driver 'echo "modprobe: FATAL: Module kmem_studio not found." >&2; exit 1' &&
		grep -q 'has no driver.*FATAL: Module kmem_studio not found.*build it' \
			"$work/err" &&
		without_driver 'printf "Key was\nrejected\033[31m\n" >&2; exit 1' &&
		grep -q 'does not load kmem_studio: Key was rejected?' "$work/err" &&
		! grep -q 'build it' "$work/err" &&
		without_driver 'exit 1' && grep -q 'does not say why' "$work/err" &&
		without_driver 'exit 0' && grep -q 'but the driver is not there' "$work/err" &&
		without_driver 'yes | head -c 100000 >&2; exit 1' &&
		[ "$(wc -c <"$work/err")" -lt 4096 ]
}

# What can be shown is written, and the end says that this is not all.
incomplete_report()
{
	prints 'no driver was loaded' 3 --root "$dest" report -o "$work/incomplete.html" &&
		grep -q 'the report is incomplete' "$work/err" &&
		grep -q 'What failed' "$work/incomplete.html" &&
		grep -q '</html>' "$work/incomplete.html"
}

rows_of_both()
{
	expect 0 report --compare "$1" "$2" --json && jq -e '
		[.lab, .compare, .bench | map(.report) | unique == ["A", "B"]] | all' "$work/out" &&
		jq -e '.lab | map(select(.nr_structs == 10000).nr_pages) | length == 2' "$work/out"
}

compared_json_is_documented()
{
	is_json 0 report --compare "$1" "$2" && names_are_documented
}

# What is between the marks is JSON of anybody: no crash, no hang.
hostile_reports()
{
	local i got

	for ((i = 0; i < 60; i++)); do
		{
			echo '<script type="application/json" id="kmem-studio">'
			sed -n '/id="kmem-studio">/,/<\/script>/p' "$1" | sed '1d;$d' |
				"$work/mutate" "$i"
			echo '</script>'
		} >"$work/hostile.html"
		timeout 60 "$work/asan/kmem-studio" report --compare "$work/hostile.html" "$2" \
			>"$work/out" 2>&1
		got=$?
		[ "$got" -le 4 ] || { cat "$work/out"; echo "seed $i: status $got"; return 1; }
	done
	# and values that are no figures of a report
	sed -E 's/"(alloc_ns|order|alloc_mean_ns)": *[0-9.]+/"\1": 1e300/' "$1" \
		>"$work/hostile.html"
	expect 0 report --compare "$work/hostile.html" "$2" -o "$work/compared.html"
}

# A string of JSON may be anything.
reports_that_set_colours()
{
	local format

	sed -E 's/"(allocator|pattern|kernel)": *"[^"]*"/"\1": "\\u001b[31m\\u009b1m"/' "$1" \
		>"$work/hostile.html"
	for format in --color=never --csv; do
		expect 0 report --compare "$work/hostile.html" "$2" "$format" &&
			grep -q '31m' "$work/out" &&
			! grep -q "$(printf '\033\\|\302\233')" "$work/out" || return
	done
}

test_compare()
{
	local a=$output/report-${copies[0]##*/}.html b=$output/report-${copies[-1]##*/}.html

	if ! "$work/plain/kmem-studio" --version | grep -q -e '--compare: jansson'; then
		skip "report --compare" "built without jansson"
		return
	fi
	check "a report that is none" expect 4 report --compare "$tool/Makefile" "$tool/Makefile"
	check "two reports" prints "Page size, bytes" 0 report --compare "$a" "$b"
	check "two reports as JSON" compared_json_is_documented "$a" "$b"
	check "two reports as a page" expect 0 report --compare "$a" "$b" -o "$output/compared.html"
	check "two reports fit" fits 60 report --compare "$a" "$b"
	check "each has a row" rows_of_both "$a" "$b"
	check "reports that were changed at random" hostile_reports "$a" "$b"
	check "reports that set colours" reports_that_set_colours "$a" "$b"
}

test_browser()
{
	local page

	if ! has chromium; then
		skip "the report in Chromium" "no chromium"
		return
	fi
	for page in "$output"/report-*.html "$output"/{compared,benched}.html; do
		[ -f "$page" ] || continue
		check "${page##*/} in Chromium" "$tool/tests/browser.sh" "$output" "$page"
	done
	check "planted faults are seen in Chromium" "$tool/tests/browser.sh" --selfcheck \
		"$work" "$output/report-${copies[0]##*/}.html"
}

# shellcheck source-path=SCRIPTDIR source=made_up.sh
. "$tool/tests/made_up.sh"
# shellcheck source-path=SCRIPTDIR source=wrong_results.sh
. "$tool/tests/wrong_results.sh"
# shellcheck source-path=SCRIPTDIR source=watch.sh
. "$tool/tests/watch.sh"

# --- all of it --------------------------------------------------------------------

check "builds without a warning" build plain
sanitizers=-fsanitize=address,undefined,float-cast-overflow
check "builds with sanitizers" build asan LDFLAGS=$sanitizers \
	CFLAGS="-O1 -g $sanitizers -fno-omit-frame-pointer -Wno-format-truncation"
check "builds the fuzzer" cc -O1 -g -Wall -Wextra -Werror -o "$work/mutate" "$tool/tests/mutate.c"
check "a smaller one says what it lacks" says_what_is_missing
dest="$work/a b"
check "make check takes copies" check_takes_copies
check "installs, also in a folder with a space" installs "$dest"
check "the man page has what --help tells" manual_is_the_help
check "the man page is exact" manual_is_exact
check "the man page has all options" manual_has_the_options
check "completes commands and options" completes
seed=1
for copy in "${copies[@]}"; do
	test_copy "$copy" "${copy##*/}"
done
test_broken
test_wrong_results
test_files_that_are_there
test_made_up
check "how blocks are split, as JSON and CSV" splits_blocks
check "a planted name is seen in JSON" finds_undocumented
if has xmllint; then
	check "a planted fault is seen in SVG" finds_bad_svg
fi
test_compare
test_browser
check "list: pressures" lists_pressures
test_watch

echo "TAP version 13"
echo "1..${#results[@]}"
printf '%s\n' "${results[@]}"
exit $failed
