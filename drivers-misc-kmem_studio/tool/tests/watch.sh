# SPDX-License-Identifier: GPL-2.0
#
# A part of run.sh: watch is driven in tmux.
#
# shellcheck shell=bash disable=SC2154,SC2317,SC2329 # what is run.sh's; what is called by name

screen() { tmux -L "kst$$" capture-pane -p; }

# seen PATTERN: on the screen, within half a minute
seen()
{
	local i

	for ((i = 0; i < 300; i++)); do
		screen 2>/dev/null | grep -qe "$1" && return
		sleep 0.1
	done
	screen
	return 1
}

watch_ended()
{
	local i

	for ((i = 0; i < 300; i++)); do
		[ -s "$work/watched" ] && break
		sleep 0.1
	done
	[ "$(cat "$work/watched")" = 0 ]
}

# A pressure has other files than an arena, and a bench has no pages.
pressure_copy()
{
	local config=$1/sys/kernel/config/kmem_studio

	mkdir -p "$config/pressures/"{took,gave,none,takes} "$config/benches/long"
	set -- took 1 'no block' 4711 gave 1 lost 0 none 0 '' 0 takes 1 taking 12
	while [ $# -gt 0 ]; do
		echo "$2" >"$config/pressures/$1/live"
		echo "$3" >"$config/pressures/$1/ended"
		echo "$4" >"$config/pressures/$1/pages_held"
		shift 4
	done
	echo idle >"$config/benches/long/state"
}

lists_pressures()
{
	rm -rf "$work/pressed"
	cp -r "${copies[0]}" "$work/pressed"
	pressure_copy "$work/pressed"
	expect 0 --root "$work/pressed" list --csv &&
		grep -qx 'pressure,took,live,,,4711,,' "$work/out" &&
		grep -qx 'pressure,gave,lost,,,0,,' "$work/out" &&
		grep -qx 'pressure,none,idle,,,0,,' "$work/out" &&
		grep -qx 'pressure,takes,taking,,,12,,' "$work/out" &&
		grep -qx 'bench,long,idle,,,,,' "$work/out"
}

# Its files are those of a copy, and what starts the bench is a pipe that takes nothing.
watch_over()
{
	rm -f "$work/watched"
	tmux -L "kst$$" -f /dev/null new-session -d -x 100 -y 40 \
		"unshare -rm sh -c 'mount --bind $1/sys /sys && exec $work/asan/kmem-studio \
			watch --interval 100' 2>$work/watch.err; echo \$? >$work/watched"
}

shows() { screen | grep -q "$1"; }
has_value() { [ "$(cat "$1")" = "$2" ]; }

# press KEY UNTIL...: the key again where the one before was not done with
press()
{
	local key=$1 i

	shift
	for ((i = 0; i < 300; i++)); do
		((i % 10)) || tmux -L "kst$$" send-keys "$key"
		"$@" && return
		sleep 0.1
	done
	screen
	return 1
}

# What is chosen is told what to do, and the end is told.
keys_write()
{
	: >"$1/verify"
	: >"$1/live"
	press v has_value "$1/verify" 1 && press x has_value "$1/live" 0 && : >"$1/live" &&
		press s has_value "$1/live" 1 && seen '^Done\.' && rm "$1/live" &&
		press x shows 'none of that'
}

test_watch_of_benches()
{
	local root=$work/pressed run arena

	if ! unshare -rm mount --bind "$work" /sys 2>/dev/null; then
		skip "watch: q ends it while a bench runs" "no namespaces"
		return
	fi
	run=$root/sys/kernel/config/kmem_studio/benches/long/run
	mkfifo "$run"
	exec 9<>"$run"
	head -c 65536 /dev/zero >&9
	watch_over "$root"
	check "watch: pressures" seen '^took .*live .*pressure *4711'
	arena=$(find "$root/sys/kernel/config/kmem_studio/arenas" -mindepth 1 -maxdepth 1 |
		sort | head -n 1)
	check "watch: keys verify, stop and start" keys_write "$arena"
	for ((i = 0; i < 60; i++)); do
		tmux -L "kst$$" send-keys Down
	done
	for ((i = 0; i < 4; i++)); do
		tmux -L "kst$$" send-keys Up
	done
	tmux -L "kst$$" send-keys s
	check "watch: a bench is started" seen 'Start of long'
	tmux -L "kst$$" send-keys q
	check "watch: q ends it while a bench runs" watch_ended
	tmux -L "kst$$" kill-server 2>/dev/null
	exec 9>&-
}

# Each key has its sentence, and the screen its keys again when another one is pressed.
refuses_keys()
{
	tmux -L "kst$$" send-keys s
	seen '^This is a saved copy: nothing in it can be started\. *$' || return
	tmux -L "kst$$" send-keys x
	seen '^This is a saved copy: nothing in it can be stopped\. *$' || return
	tmux -L "kst$$" send-keys v
	seen '^This is a saved copy: nothing in it can be verified\. *$' || return
	tmux -L "kst$$" send-keys Up
	seen 's start  x stop  v verify  q quit' || return
}

refuses_narrow()
{
	seen '^up/down choose  s st$' || return
	tmux -L "kst$$" send-keys x
	seen '^This is a saved copy$'
}

test_watch()
{
	local root=$work/watched.copy arena row

	if ! has tmux || ! "$work/plain/kmem-studio" --version | grep -q 'watch: ncurses'; then
		skip "watch" "no tmux, or built without ncurses"
		return
	fi
	rm -rf "$root"
	cp -r "${copies[0]}" "$root"
	arena=$(arena_of "$root")
	row=$("$work/plain/kmem-studio" --root "$root" list --csv |
		grep -n ",$arena," | cut -d: -f1)
	tmux -L "kst$$" -f /dev/null new-session -d -x 100 -y 30 \
		"$work/asan/kmem-studio --root $root watch --interval 100 \
			2>$work/watch.err; echo \$? >$work/watched"
	check "watch: shows arenas" seen "^$arena .*live"
	check "watch: shows free blocks" seen 'Free blocks by order'
	# a mismatch that appears while it runs
	echo corrupt >"$root/sys/kernel/config/kmem_studio/arenas/$arena/state"
	{
		printf 'kmem_studio: arenas/%s: Mismatch in page: 7\tstruct: 1\tindex: 2\t' "$arena"
		printf 'physical address: 0x000000000820456c\t'
		printf 'expected: 4443\tgot: 4442\tagain: 4442\n'
		echo "kmem_studio: arenas/$arena: Verification failed: 1 of 2"
	} >>"$root/kernel.log"
	check "watch: a mismatch appears" seen "^$arena .*corrupt"
	for ((; row > 2; row--)); do
		tmux -L "kst$$" send-keys Down
	done
	check "watch: keys choose, and the log tells of it" \
		seen 'physical address: 0x000000000820456c'
	tmux -L "kst$$" resize-window -x 80 -y 24
	check "watch: 80 columns" seen 'WRONG     VERIFIED$'
	check "watch: all of a mismatch" seen 'again: 4442'
	check "watch: a saved copy is not changed" refuses_keys
	tmux -L "kst$$" resize-window -x 20 -y 6
	check "watch: 20 columns" seen '^NAME             STA$'
	check "watch: keys in 20 columns" refuses_narrow
	tmux -L "kst$$" resize-window -x 120 -y 40
	check "watch: large again" seen 'WRONG     VERIFIED'
	tmux -L "kst$$" resize-window -x 20 -y 6
	check "watch: small again" seen '^NAME             STA$'
	tmux -L "kst$$" send-keys q
	check "watch: ends in 20 columns" watch_ended
	tmux -L "kst$$" kill-server 2>/dev/null
	test_watch_of_benches
}
