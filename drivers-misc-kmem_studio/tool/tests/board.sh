#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Each command of kmem-studio on a machine with the driver: its exit status, and its output
# against what configfs and debugfs say. Prints KTAP. The driver is loaded and unloaded, so
# it has to be a module. What it unmounts is mounted again.
#
# shellcheck disable=SC2317,SC2329 # functions are also called by name

config=/sys/kernel/config/kmem_studio
debug=/sys/kernel/debug/kmem_studio
out=$(mktemp -d)
n=0
failed=0
taken_off=
mounted=
made_passwd=

# mount_tmpfs FOLDER, unmount FOLDER: at the end at the latest
mount_tmpfs()
{
	mount -t tmpfs -o size=64k none "$1" && mounted="$1 $mounted"
}

unmount()
{
	umount "$1" && mounted=${mounted#"$1 "}
}

mount_again()
{
	for fs in $taken_off; do
		mount -t "${fs%:*}" -o "$(cat "$out/${fs%:*}")" "${fs%:*}" "${fs#*:}"
	done
	taken_off=
}

forget_user()
{
	[ -z "$made_passwd" ] || rm -f /etc/passwd
	made_passwd=
}

tidy_up()
{
	for folder in $mounted; do
		unmount "$folder"
	done
	mount_again
	forget_user
	rm -rf "$out"
}

# What is this machine's own, and is to be as it was.
mounts_and_users()
{
	sort /proc/mounts
	cat /etc/passwd 2>/dev/null
}

trap tidy_up EXIT
trap 'exit 1' HUP INT TERM
mounts_and_users >"$out/before"

report()
{
	n=$((n + 1))
	[ "$1" = 0 ] || failed=1
	if [ "$1" = 0 ]; then
		echo "ok $n $2"
	else
		echo "not ok $n $2"
		sed 's/^/# /' "$out/stdout" "$out/stderr"
	fi >>"$out/results"
}

skip()
{
	n=$((n + 1))
	echo "ok $n $1 # SKIP $2" >>"$out/results"
}

# unmounted TYPE FOLDER: until mount_again; not where somebody else is busy in it
unmounted()
{
	awk -v type="$1" -v at="$2" '$2 == at && $3 == type { print $4 }' /proc/mounts |
		tail -n 1 >"$out/$1"
	umount "$2" 2>"$out/stderr" && taken_off="$1:$2 $taken_off"
}

# as_user COMMAND...: an initramfs has no users and gets one, elsewhere they are left alone
as_user()
{
	if [ -n "$made_passwd" ]; then
		su u -c "$*"
	else
		setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
	fi >"$out/stdout" 2>"$out/stderr"
}

has_user()
{
	if [ ! -e /etc/passwd ]; then
		made_passwd=y
		echo 'root:x:0:0::/:/bin/sh
u:x:1000:1000::/:/bin/sh' >/etc/passwd
	fi
	as_user true
}

# check WHAT COMMAND...
check()
{
	what=$1
	shift
	"$@"
	report $? "$what"
}

# status WANTED WHAT ARGUMENT...: a command of kmem-studio ends with that status
status()
{
	wanted=$1 what=$2
	shift 2
	kmem-studio "$@" >"$out/stdout" 2>"$out/stderr"
	got=$?
	[ $got = "$wanted" ] || echo "status $got instead of $wanted" >>"$out/stderr"
	[ $got = "$wanted" ]
	report $? "$what"
}

# nobody_reads ARGUMENT...: what a command prints; it ends with that status, and says nothing of it
nobody_reads()
{
	mkfifo "$out/fifo"
	exec 3<>"$out/fifo"
	exec 4>"$out/fifo" 3>&-
	: >"$out/stdout"
	kmem-studio "$@" >&4 2>"$out/stderr"
	got=$?
	exec 4>&-
	rm "$out/fifo"
	[ "$got" = 4 ] || echo "status $got instead of 4" >>"$out/stderr"
	[ "$got" = 4 ] && not says 'cannot write'
}

says() { cat "$out/stdout" "$out/stderr" | grep -qe "$1"; }
loaded() { [ -d /sys/module/kmem_studio ]; }
not() { ! "$@"; }
arenas() { ls $config/arenas; }
no_arenas() { [ -z "$(arenas)" ]; }

shows_all_of()
{
	kmem-studio show "$1" --csv >"$out/shown"
	for file in "$config/arenas/$1"/*; do
		case ${file##*/} in
		verify | corrupt | nodes) continue ;;
		esac
		grep -qxF "${file##*/},$(cat "$file")" "$out/shown" || {
			echo "${file##*/} differs" >>"$out/stderr"
			return 1
		}
	done
}

# Frames and lengths of all runs, as map and as debugfs have them.
map_has_the_spans_of()
{
	kmem-studio map "$1" --csv 2>/dev/null | tail -n +2 |
		while IFS=, read -r _ _ pfn pages _; do
			printf '0x%x %s\n' "$pfn" "$pages"
		done >"$out/mapped"
	tail -n +2 "$debug/arenas/$1/spans" | cut -f 5,7 | tr '\t' ' ' >"$out/spans"
	[ -s "$out/spans" ] && cmp -s "$out/mapped" "$out/spans"
}

json_of() { sed -n "s/^ *\"$1\": \"*\([^\",]*\)\"*,*\$/\1/p" "$out/stdout" | head -n 1; }

page_agrees()
{
	pfn=$(tail -n +2 "$debug/arenas/$1/pages" | awk -v at="$2" '$1 == at { print $3 }')
	[ -n "$pfn" ] && [ "$(json_of pfn)" = "$pfn" ] &&
		[ "$(json_of program_pfn)" = "$(printf %d "$pfn")" ]
}

a_row_each()
{
	[ "$(tail -n +2 "$out/stdout" | wc -l)" = "$(wc -l <"$config/allocators")" ]
}

a_bench_runs() { grep -qs running "$config"/benches/*/state; }
a_start_runs() { grep -qs starting "$config"/arenas/*/state; }
its_writer_waits() { grep -qs "^PPid:.$pid\$" /proc/[0-9]*/status; }
a_run_is_live() { grep -qs live "$config"/arenas/tool-*/state; }
the_lab_is_live() { [ "$(cat /sys/module/kmem_studio/parameters/nr_structs)" != 0 ]; }

# ends_by_int [-q] WHEN ARGUMENT...: Ctrl-C when WHEN says so ends the program, with that status;
# with -q, Ctrl-\\ does
ends_by_int()
{
	signal=INT
	[ "$1" != -q ] || { signal=QUIT; shift; }
	when=$1
	shift
	kmem-studio "$@" >"$out/stdout" 2>"$out/stderr" &
	pid=$!
	until $when; do
		kill -0 "$pid" 2>/dev/null || break
	done
	kill -s "$signal" "$pid"
	(sleep 60; kill -KILL "$pid") 2>/dev/null &
	killer=$!
	wait "$pid"
	got=$?
	kill "$killer" 2>/dev/null
	[ "$got" = 130 ] || echo "status $got instead of 130" >>"$out/stderr"
	[ "$got" = 130 ]
}

# hold NR: a run in the background, as $pid, which makes the NR-th live arena
hold()
{
	kmem-studio run page 1000 --hold 600 >"$out/stdout" 2>"$out/stderr" &
	pid=$!
	until [ "$(cat "$config"/arenas/tool-*/state 2>/dev/null | grep -c live)" = "$1" ]; do
		kill -0 "$pid" 2>/dev/null || break
	done
}

let_go()
{
	kill -INT "$pid"
	wait "$pid"
}

# gives_up WHEN ARGUMENT...: the kernel does, too; it may have been quicker, but not each time
gives_up()
{
	for _ in 1 2 3 4 5; do
		ends_by_int "$@" && says 'given up' && return
		! says 'is live' || kmem-studio rm big >/dev/null
	done
	return 1
}

# Rows of probe --csv that have no kind are of zones.
zones_of_csv() { awk -F, 'NR > 1 && $6 == "" { n++ } END { print n }' "$out/stdout"; }

# As many blocks and runs as the driver tells of.
costs_of_csv()
{
	words=$(sed -n 's/^probe: //p' "$debug/probe" | wc -w)
	costs=$(awk -F, '$6 == "page" || $6 == "cma" { n++ } END { print n }' "$out/stdout")
	[ "$words" -gt 1 ] && [ "$costs" = "$words" ]
}

# What was not refused was verified.
none_is_wrong() { not says 'WRONG\|not verified'; }

not loaded || rmmod kmem_studio

status 3 "list without the driver" list
check "says what to type" says 'modprobe kmem_studio'
status 0 "lab loads the driver" lab 1000
check "was verified" says verified
check "unloads it again" not loaded
status 4 "new that is refused" new x 10 nosuch
check "unloads it, too" not loaded
hold 1
echo 1000 >/sys/module/kmem_studio/parameters/nr_structs
let_go
check "who loaded the driver leaves the lab" the_lab_is_live
check "says why" says 'stays loaded: an arena of the lab is live'
echo 0 >/sys/module/kmem_studio/parameters/nr_structs
rmmod kmem_studio
hold 1
first=$pid
hold 2
second=$pid pid=$first
let_go
check "who loaded the driver leaves it to others" loaded
# what is there of it, where the kernel has no locks of files
check "says why, too" says 'stays loaded: '
pid=$second
let_go
rmmod kmem_studio
hold 1
exec 9<"$debug/arenas/$(arenas)/pages"
let_go
check "one that is in use stays" loaded
check "says what rmmod says" says 'stays loaded: .*rmmod'
exec 9<&-
rmmod kmem_studio
check "is gone then" not loaded
status 0 "lab shows the kernel's lines" lab -v 200
check "with its verdict" says 'Success!'
check "and the first words, in 80 columns" says '^STRUCTS .* FIRST WORDS  *VERDICT'
page_size=$(sed -n "s/.*Kernel's page size: \([0-9]*\).*/\1/p" "$out/stdout")
status 0 "lab of no single block" lab --allocator vmalloc 1000 --csv
check "has none, and no rounding" says '^1000,[0-9]*,[0-9]*,,,,'
status 0 "lab of a block that is cut" lab --allocator exact 1000 --csv
check "has its order, and no rounding" says '^1000,[0-9]*,[0-9]*,[0-9]*,,,'
status 0 "lab of one block" lab --allocator page 1000 --csv
check "has it" says '^1000,[0-9]*,[0-9]*,[0-9]*,[0-9]*,[0-9]*,'
status 0 "lab: a number in hexadecimal, and one with zeros" lab 0x100 0256 --csv
check "are the same" test "$(grep -c '^256,' "$out/stdout")" = 2
status 4 "lab: too many structs" lab 4294967295
check "says that it was refused" says refused
status 2 "lab: no number" lab 12x

modprobe kmem_studio nr_structs=0
# shellcheck disable=SC2046 # these are words
check "Ctrl-\\ ends a lab" ends_by_int -q the_lab_is_live lab $(seq 10000 10500)
check "and takes it down, too" not the_lab_is_live
check "Ctrl-C ends a lab" ends_by_int the_lab_is_live lab $(seq 10000 10500)
check "and takes it down" not the_lab_is_live
status 0 "lab" lab --csv
check "all rows verified" test "$(grep -c ',verified$' "$out/stdout")" = 6
check "the driver stays where it was" loaded
status 0 "new" new vm 10000 vmalloc random
check "says so" says 'vm is live'
check "in configfs" test "$(cat $config/arenas/vm/state)" = live
check "with its pattern" test "$(cat $config/arenas/vm/pattern)" = random
status 4 "new: taken name" new vm 10 page
check "says so" says 'one of that name'
status 2 "new: a name that is not allowed" new 'a b' 10 page
status 4 "new: no such allocator" new x 10 nosuch
check "says which there are" says 'it takes one of page'
check "nothing is left of it" test "$(arenas)" = vm
status 4 "new: no such allocator, idle" new x 10 nosuch --idle
check "nothing is left of that" test "$(arenas)" = vm
status 0 "new: idle" new idle 10 page --idle --json
check "tells of it as JSON" test "$(json_of command) $(json_of name) $(json_of state)" = \
	'new idle idle'
status 0 "rm of it" rm idle
status 0 "stop of a lab that is not live" stop lab
check "says so" says 'lab was not live'
status 0 "new: attributes" new at 10 page random --seed 0x12 --max-mismatches 3 --give-way 0
check "are in configfs" test 18,3,0 = "$(cat $config/arenas/at/seed),$(
	cat $config/arenas/at/max_mismatches),$(cat $config/arenas/at/give_way)"
status 0 "rm of it" rm at
status 2 "new: no such seed" new at 10 page --seed 18446744073709551616
status 2 "new: too many mismatches" new at 10 page --max-mismatches 1025
check "says how many" says '"1025": .*0 to 1024'
status 2 "new: too few words" new x
status 2 "new: no structs" new x 0 page
status 2 "run: no structs" run page 0
check "says so" says '"0" is not a number of structs'
status 2 "compare: no number" compare 12x
status 0 "new: scrubbed" new ch 50000 chunk --scrub 100000
check "has its scrub_ms" test "$(cat $config/arenas/ch/scrub_ms)" = 100000
status 0 "list" list --csv
check "has both" test "$(tail -n +2 "$out/stdout" | wc -l)" = 2
check "show vm agrees with configfs" shows_all_of vm
check "show ch agrees with configfs" shows_all_of ch
check "map vm agrees with debugfs" map_has_the_spans_of vm
check "map ch agrees with debugfs" map_has_the_spans_of ch
status 0 "page" page vm 3 --json
check "page agrees with debugfs, and with pagemap" page_agrees vm 3
status 0 "page as CSV" page vm 3 --csv
ways='all ways lead to the same frame'
says '^translate,vmalloc_to_phys,' || ways='the ways that were followed lead to .*kernel hides it)'
check "all agree" says "^all,verdict,$ways,yes\$"
check "none does not" not says ',no$'
status 4 "page: none of that index" page vm 1000000
last=$(($(cat $config/arenas/vm/nr_pages) - 1))
check "says which there are" says "it has those from 0 to $last"
for words in "show nope" "start nope" "stop nope" "verify nope" "corrupt nope 1" "rm nope" \
	     "map nope" \
	     "page nope 1" "verify vm nope"; do
	# shellcheck disable=SC2086 # these are words
	status 4 "$words" $words
	check "says that there is none, and what to type" says \
		'no arena, bench or pressure "nope": kmem-studio list'
done
status 4 "verify: the names that are there, as JSON" verify vm nope --json
check "says it once" test "$(grep -c nope "$out/stderr")" = 1
status 0 "new: one page" new one 1 page
check "says it of one" says '1 struct of page on 1 page in 1 run, '
status 0 "show of one page" show one
check "says it of one" says '^1 page in 1 run of'
status 0 "verify of one page" verify one
check "says it of one" says 'of 1 page verified'
status 0 "corrupt: behind the last struct" corrupt one 8
check "says so" says 'word 8 (behind the last struct)'
status 1 "verify finds that" verify one
check "with the kernel's line" says 'guard beyond the last struct'
status 0 "corrupt: back again" corrupt one 8 --json
check "tells of it as JSON" test "$(json_of command) $(json_of name)" = 'corrupt one'
status 4 "corrupt: not a word of one" corrupt one $((page_size / 4))
check "says so" says 'there is no such word'
status 0 "stop of one page" stop one
status 4 "page: not live" page one 0
check "says what to type" says 'kmem-studio start one'
status 4 "corrupt: not live" corrupt one 0
status 4 "map: not live" map one
status 0 "start of one page" start one
check "says it of one" says 'one is live: 1 struct on 1 page, '
status 0 "rm of one page" rm one --json
check "tells of it as JSON" test "$(json_of command) $(json_of kind) $(json_of name)" = \
	'rm arena one'
pfn=$(tail -n +2 $debug/arenas/vm/spans | head -n 1 | cut -f 5)
status 0 "translate" translate "pfn:$pfn"
check "knows whose page it is" says '^arena *vm$'
status 0 "translate as CSV" translate "pfn:$pfn" --csv
check "its routes agree" says "^translate,phys_to_pfn,$pfn,yes\$"
check "none does not" not says ',no$'
status 2 "translate: junk" translate xyz
status 0 "verify" verify vm ch
check "says so" says 'vm is all right'
status 0 "probe" probe --csv
check "as many orders as the kernel has" test "$(zones_of_csv)" = \
	"$(awk '{ n += NF - 4 } END { print n }' /proc/buddyinfo)"
if [ -f $debug/probe ]; then
	check "costs of as many, and of the area, as CSV" costs_of_csv
	status 0 "probe for people" probe
	check "has costs" says '^page  *0  *8  *8  '
	status 0 "probe as JSON" probe --json
	check "has costs" says '"mean_ns": [0-9]'
fi
status 3 "watch without a terminal, or without ncurses" watch
status 0 "corrupt" corrupt ch 4443
status 1 "verify finds it" verify vm ch
check "in words" says 'memory was found wrong'
check "with the kernel's line" says 'Mismatch in page'
status 1 "verify finds it, whatever else is wrong" verify ch nope
check "which is told, too" says '"nope": kmem-studio list'
status 0 "map of all" map --width 100
status 0 "map of the corrupt one" map ch
check "marks its page" says 'X'
status 0 "show of the corrupt one" show ch
check "with the kernel's lines" says 'Verification failed: 1 of'
status 4 "corrupt: no such word" corrupt ch 99999999999
check "says so" says 'there is no such word'
status 2 "corrupt: no word" corrupt ch x
status 1 "stop tells it, too" stop ch
status 4 "verify: not live" verify ch
check "says so" says 'not live'
status 0 "start" start ch
status 0 "stop" stop ch
check "says so" says 'all right'
status 0 "start once more" start ch
status 0 "corrupt once more" corrupt ch 4443
status 1 "rm finds it, whatever else is wrong" rm nope ch
status 0 "rm" rm vm
check "nothing is left" no_arenas
status 4 "rm: no such name" rm vm

status 0 "run" run page 10000
check "verdict" says '^verdict *verified'
check "nothing is left" no_arenas
status 0 "run --json" run vmalloc 10000 --pattern address --json
check "pages as in the plan" test "$(json_of nr_pages)" = \
	"$(((320000 + page_size - 1) / page_size))"
status 0 "run: attributes" run page 10 --seed 5 --max-mismatches 7 --give-way 0 --json
check "are those of its arena" test 5,7,0 = \
	"$(json_of seed),$(json_of max_mismatches),$(json_of give_way)"
status 4 "run: no such pattern" run page 10 --pattern nosuch
status 4 "run: a node that is not there" run page 10 --node 77
check "nothing is left" no_arenas
status 0 "run --keep" run page 1000 --keep
check "it stays" test "$(arenas | wc -l)" = 1
status 0 "rm of it" rm "$(arenas)"
status 0 "compare" compare 10000 --csv
check "a row for each allocator" a_row_each
check "none is wrong" none_is_wrong

check "Ctrl-C ends a run" ends_by_int a_run_is_live run page 1000 --hold 100
check "and takes it down" no_arenas
check "Ctrl-C ends a start" gives_up a_start_runs new big 5000000 chunk
check "and leaves nothing of it" no_arenas
status 0 "new: a large one" new big 5000000 chunk
check "Ctrl-C ends a verification" gives_up its_writer_waits verify big
status 0 "the next one says that it is all right" verify big
status 0 "rm of it" rm big

status 0 "new for the copies" new cp 10000 page
kmem-studio list >/dev/full 2>"$out/stderr"
check "a full disk" test $? = 4
check "says so" grep -q 'No space left' "$out/stderr"
kmem-studio map --svg /dev/full 2>"$out/stderr"
check "a full disk for a picture" test $? = 4
check "a pipe that nobody reads ends a compare" nobody_reads compare 1000
check "and leaves nothing of it" test "$(arenas)" = cp
status 0 "a terminal of 20 columns" map --width 20
status 0 "save" save -o "$out/save.tar" --json
check "leaves nothing" test "$(arenas)" = cp
check "tells of it as JSON" test "$(json_of command) $(json_of file)" = "save $out/save.tar"
check "ends as a tar does" test "$(tail -c 1024 "$out/save.tar" | tr -d '\0' | wc -c)" = 0
mkdir "$out/small"
mount_tmpfs "$out/small"
status 4 "save where there is no room" save --no-run -o "$out/small/save.tar"
check "leaves no part of it" not [ -e "$out/small/save.tar" ]
unmount "$out/small"
tar xf "$out/save.tar" -C "$out"
kmem-studio list --csv | grep ,cp, >"$out/live"
kmem-studio list --csv --root "$out/kmem-studio-save" | grep ,cp, >"$out/saved"
check "the copy says the same" cmp "$out/live" "$out/saved"
kmem-studio list --csv --root "$out/save.tar" | grep ,cp, >"$out/saved"
check "so does the tar" cmp "$out/live" "$out/saved"
[ ! -f $debug/probe ] || {
	kmem-studio probe --csv --root "$out/save.tar" >"$out/stdout"
	check "it has what the driver measured" grep -q ,page,8,8, "$out/stdout"
}
status 3 "a copy cannot be changed" --root "$out/kmem-studio-save" rm cp
status 0 "report of the copy" --root "$out/kmem-studio-save" report -o "$out/copy.html"
echo chunk >/sys/module/kmem_studio/parameters/allocator
status 0 "report" report --course -o "$out/report.html"
check "is of the lab's own blocks" grep -q ' of them are rounding' "$out/report.html"
check "leaves the parameter" grep -qx chunk /sys/module/kmem_studio/parameters/allocator
echo page >/sys/module/kmem_studio/parameters/allocator
check "is whole" grep -q '</html>' "$out/report.html"
check "leaves nothing" test "$(arenas)" = cp
status 0 "new of a name that a report has" new report-page 10 page
status 0 "report without benches" report --no-bench -o "$out/quick.html"
check "has none" not grep -q 'how many took how long' "$out/quick.html"
check "says so" grep -q 'What an allocation costs: not measured' "$out/quick.html"
check "took another name" grep -q 'report-page-2' "$out/quick.html"
check "leaves what it did not make" test "$(arenas | tr '\n' ' ')" = 'cp report-page '
check "still live" test "$(cat $config/arenas/report-page/state)" = live
status 0 "rm of the last" rm cp report-page

if [ -d $config/benches ]; then
	status 0 "bench" bench --allocators page,slab --orders 0-1 --rounds 5 --csv
	check "a row each" test "$(tail -n +2 "$out/stdout" | wc -l)" = 4
	status 0 "bench: curves for a file" bench --orders 0-1 --rounds 5 --histogram \
		--svg "$out/bench.svg"
	check "are there" grep -q '<svg' "$out/bench.svg"
	check "and the histogram is seen" says '^Allocations'
	check "the report had histograms" grep -q 'how many took how long' "$out/report.html"
	status 0 "bench: a histogram as JSON" bench --orders 0-1 --rounds 5 --seed 3 \
		--histogram --json
	check "is there" says '"from_ns": [0-9]'
	status 0 "bench: points alone" bench --orders 0-1 --rounds 5 --json
	check "have none" not says '"histogram"'
	check "Ctrl-C ends a bench" ends_by_int a_bench_runs \
		bench --orders 0 --held 16777216 --rounds 10000
	check "and takes it down" test -z "$(ls $config/benches)"
	echo before >"$out/kept"
	check "Ctrl-C ends a report" ends_by_int a_bench_runs report -o "$out/kept"
	check "and a copy" ends_by_int a_bench_runs save -o "$out/kept"
	check "and takes all down" no_arenas
	check "and writes nothing" test "$(cat "$out/kept")" = before
	check "but what was asked for" test ! -s "$out/stdout"
	status 0 "bench of a name" bench --name b --allocators slab --rounds 5 --csv
	figures=",$(cat $config/benches/b/alloc_mean_ns),.*,$(cat $config/benches/b/free_mean_ns),"
	check "its figures are the driver's" grep -q "$figures" "$out/stdout"
	check "it stays" test "$(cat $config/benches/b/state)" = "done"
	status 0 "start of a bench" start b
	status 0 "show of it" show benches/b
	status 4 "page of a bench" page b 0
	check "says what it is" says 'b is a bench'
	status 0 "rm of it" rm b
	check "leaves nothing" test -z "$(ls $config/benches)"
else
	status 3 "bench: the driver has none" bench
	check "says so" says 'older'
fi
# A word is wrong while somebody looks, and the scrub after that tells.
watches()
{
	if [ ! -e /dev/pts/ptmx ]; then
		mkdir -p /dev/pts
		mount -t devpts none /dev/pts && mounted="/dev/pts $mounted"
	fi
	status 0 "new of one that is scrubbed" new watched 1000 page --scrub 300
	(sleep 3; kmem-studio corrupt watched 4) >/dev/null 2>&1 &
	printf '%s\n' 'watched|' 'live|' 'corrupt|' 'physical address|q' |
		TERM=vt100 drive kmem-studio watch >"$out/stdout" 2>"$out/stderr"
	check "watch shows a mismatch that comes meanwhile, and ends by q" test $? = 0
	wait
	# right again
	kmem-studio corrupt watched 4 >/dev/null 2>&1
	printf '%s\n' 'watched|x' 'Done|q' |
		TERM=vt100 drive kmem-studio watch >"$out/stdout" 2>"$out/stderr"
	check "its keys stop an arena" test $? = 0
	check "which is idle then" test "$(cat $config/arenas/watched/state)" = idle
	status 0 "rm of it" rm watched
	case $mounted in
	"/dev/pts "*) unmount /dev/pts ;;
	esac
}

if command -v drive >/dev/null && kmem-studio --version | grep -q '^watch: ncurses'; then
	watches
else
	skip "watch" "no terminal of its own, or built without ncurses"
fi
if [ -d $config/pressures ]; then
	status 0 "pressure" pressure fill --leave 64M --hold 1
	status 0 "pressure: one of so many" pressure fill --leave 64M --every 5 --json
	check "is set" test "$(json_of every)" = 5
	status 0 "pressure: no more than a share" pressure fill --max-percent 10
	check "says by what it ended" says '^It ended by max_percent: .*--max-percent'
	status 2 "pressure: one of none" pressure cma --every 0
	check "leaves nothing" test -z "$(ls $config/pressures)"
	# it prints while it holds the memory
	check "a pipe that nobody reads ends a pressure" nobody_reads \
		pressure fill --leave 64M --hold 1
	check "and leaves nothing of it" test -z "$(ls $config/pressures)"
	status 0 "pressure of a name" pressure fragment --order 3 --max-percent 20 --name p --json
	check "it holds what it says" test "$(json_of pages_held)" = \
		"$(cat $config/pressures/p/pages_held)"
	check "and that is something" test "$(cat $config/pressures/p/pages_held)" -gt 0
	status 0 "stop of it" stop p
	status 0 "list of one that is idle" list --csv
	check "says so" says '^pressure,p,idle,,,0,,$'
	status 0 "start of it" start p
	status 0 "list of it" list --csv
	check "has its state and its pages" says \
		"^pressure,p,live,,,$(cat $config/pressures/p/pages_held),,\$"
	status 0 "rm of it" rm p
else
	status 3 "pressure: the driver has none" pressure fragment
	check "says so" says 'older'
fi

if unmounted debugfs /sys/kernel/debug; then
	status 3 "report without debugfs" report --no-bench -o "$out/tables.html"
	check "says what to type" says 'mount -t debugfs'
	status 0 "run without debugfs" run page 1000
	status 3 "page without debugfs" page x 0
	check "says what to type" says 'mount -t debugfs'
else
	skip "without debugfs" "it is busy"
fi
if unmounted configfs /sys/kernel/config; then
	status 0 "lab without configfs" lab 1000
	status 3 "run without configfs" run page 1000
	check "says what to type" says 'mount -t configfs'
	for words in list "list --json" "show a" "map a" "verify a"; do
		# shellcheck disable=SC2086 # these are words
		status 3 "$words without configfs" $words
		check "says what to type" says 'mount -t configfs'
		check "and nothing else" test ! -s "$out/stdout"
	done
else
	skip "without configfs" "it is busy"
fi
mount_again

if has_user; then
	chmod 777 "$out"
	as_user kmem-studio lab
	check "lab as another user" test $? = 3
	check "says what to type" says 'sudo'
	as_user kmem-studio report -o "$out/user.html"
	check "report as another user" test $? = 3
	check "says what to type" says 'sudo'
	check "and that something is missing" says 'the report is incomplete'
	check "is whole" grep -q '</html>' "$out/user.html"
	as_user kmem-studio map --width 80
	check "map as another user" test $? = 0
	check "shows the zones" says 'zone .* free'
else
	skip "another user" "no setpriv"
fi
forget_user
rmmod kmem_studio
check "the driver can be unloaded" not loaded
# a driver that is there, without a folder where it has one
mount_tmpfs /sys/module
mkdir /sys/module/kmem_studio
status 3 "run without a folder in configfs" run page 1000
check "does not say that it is to be mounted" says 'configfs is mounted, but'
status 3 "page without a folder in debugfs" page x 0
check "does not say that it is to be mounted" says 'debugfs is mounted, but'
unmount /sys/module
mounts_and_users >"$out/after"
check "mounts and users are as they were" cmp "$out/before" "$out/after"
# how many there are depends on the driver, and parsers want to know it first
echo "TAP version 13"
echo "1..$n"
cat "$out/results"
exit $failed
