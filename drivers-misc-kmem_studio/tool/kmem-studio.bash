# SPDX-License-Identifier: GPL-2.0
# Completion of kmem-studio for bash.

_kmem_studio_names()
{
	local config=/sys/kernel/config/kmem_studio

	for kind in arenas benches pressures; do
		command ls "$config/$kind" 2>/dev/null
	done
}

_kmem_studio()
{
	local word=${COMP_WORDS[COMP_CWORD]} last=${COMP_WORDS[COMP_CWORD - 1]} command='' i
	local config=/sys/kernel/config/kmem_studio
	local all="lab run compare new list show start stop verify corrupt rm map page translate
		bench pressure probe watch report save"
	local global="--root --json --csv --width --color --ascii -v --help --version"
	local words=''

	for ((i = 1; i < COMP_CWORD; i++)); do
		[[ " ${all//[$'\n\t']/ } " != *" ${COMP_WORDS[i]} "* ]] || {
			command=${COMP_WORDS[i]}
			break
		}
	done
	case $last in
	--root | --svg | --png | -o | --output)
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		return
		;;
	--color) words="auto always never" ;;
	--pattern | --patterns) words="$(cut -f 1 "$config/patterns" 2>/dev/null) hot fifo lifo random cross" ;;
	--allocator | --allocators) words=$(cut -f 1 "$config/allocators" 2>/dev/null) ;;
	*)
		case $command in
		'') words="$all $global" ;;
		lab) words="--allocator" ;;
		run) words="$(cut -f 1 "$config/allocators" 2>/dev/null) --pattern --node --gfp --hold --cma-only --keep" ;;
		compare) words=$(cut -f 1 "$config/allocators" 2>/dev/null) ;;
		new) words="$(cut -f 1 "$config/allocators" "$config/patterns" 2>/dev/null) --node --gfp --scrub --cma-only --idle" ;;
		show | start | stop | verify | corrupt | rm) words=$(_kmem_studio_names) ;;
		map) words="$(_kmem_studio_names) --split --svg --png" ;;
		page) words="$(_kmem_studio_names) --svg --png" ;;
		translate) words="pfn: phys:" ;;
		bench) words="--allocators --orders --patterns --cpus --bytes --held --held-bytes --rounds --warmup --touch --node --gfp --histogram --svg --png" ;;
		pressure) words="fragment fill cma --order --leave --node --max-percent --min-free --movable --hold --keep" ;;
		watch) words="--interval" ;;
		report) words="--course --compare --no-run -o" ;;
		save) words="-o --no-run" ;;
		esac
		[ -z "$command" ] || words+=" --json --csv --help"
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}

complete -F _kmem_studio kmem-studio
