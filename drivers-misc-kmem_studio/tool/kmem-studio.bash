# SPDX-License-Identifier: GPL-2.0
# Completion of kmem-studio for bash. Commands and options are those that --help tells of.

_kmem_studio_help()
{
	"${COMP_WORDS[0]}" "$@" --help 2>/dev/null
}

# Long options of the help on standard input.
_kmem_studio_options()
{
	sed -n 's/^  \(-., \)\?\(--[a-z-]*\).*/\2/p'
}

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
	local help all global words=''

	help=$(_kmem_studio_help)
	all=$(sed -n 's/^  \([a-z][a-z]*\) .*/\1/p' <<<"$help")
	global=$(_kmem_studio_options <<<"$help")
	for ((i = 1; i < COMP_CWORD; i++)); do
		[[ " ${all//$'\n'/ } " != *" ${COMP_WORDS[i]} "* ]] || {
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
	--pattern) words=$(cut -f 1 "$config/patterns" 2>/dev/null) ;;
	--give-way | --touch | --movable) words="0 1" ;;
	--patterns) words="hot fifo lifo random cross" ;;
	--allocator | --allocators) words=$(cut -f 1 "$config/allocators" 2>/dev/null) ;;
	*)
		case $command in
		'') words=$all ;;
		run | compare) words=$(cut -f 1 "$config/allocators" 2>/dev/null) ;;
		new) words=$(cut -f 1 "$config/allocators" "$config/patterns" 2>/dev/null) ;;
		show | start | stop | verify | corrupt | rm | map | page)
			words=$(_kmem_studio_names)
			;;
		translate) words="pfn: phys:" ;;
		pressure) words="fragment fill cma" ;;
		esac
		words+=" $global"
		[ -z "$command" ] ||
			words+=" $(_kmem_studio_help "$command" | _kmem_studio_options)"
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}

complete -F _kmem_studio kmem-studio
