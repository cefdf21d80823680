# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# Completion of unbrick(1) for bash. tests/check-docs compares it with the program's own help.

_unbrick_options() {
	local given="--keys --keys-fd --passphrase-file --startup-key --volume"
	local keys="$given --keys-from --keys-secret --keys-secret-fd --keys-ca --no-keys"
	local policy="--policy --policy-keys --policy-floor --unknown-clock --machine"
	local all="--json --verbose --language --help --version -v -h"

	case $1 in
	list) echo "$given --report $all" ;;
	scan) echo "$keys $policy --windows --beside --rules --since --file --rule --svg --report $all" ;;
	diagnose) echo "$keys --windows --beside --rules --since --file --rule --svg --report $all" ;;
	fix) echo "$keys $policy --policy-url --policy-ca --drill --windows --beside --rules --file --rule --yes -y --replay --diagnosis --acts --plan --svg --report $all" ;;
	disable) echo "$keys --windows --beside --yes -y --replay --with-files --plan --report $all" ;;
	safe | clear) echo "$keys --windows --beside --yes -y --replay --plan --report $all" ;;
	undo) echo "$keys --beside --yes -y --replay --plan --report $all" ;;
	hibernation) echo "$keys --beside --plan --revert --report $all" ;;
	replay) echo "$keys --beside --yes -y --replay --plan --resume --revert --report $all" ;;
	safemode) echo "--volume --network --directory-services --yes -y --replay --plan --report $all" ;;
	tui) echo "$keys --windows --yes -y --beside --console --contrast --font --keyboard --supervisor --replay --diagnosis --acts --plan --plain --rules --svg --report --language --help --version -h" ;;
	rules) echo "--rules --from --output -o $all" ;;
	policy) echo "--policy-keys --policy-floor --secret-key --passphrase-fd --add-rule --expires $all" ;;
	check-firmware) echo "--variables --certificate $all" ;;
	keys) echo "--passphrase-file $all" ;;
	report) echo "--output -o --csv $all" ;;
	ls) echo "$keys --long --recursive -l -r $all" ;;
	cat) echo "$keys $all" ;;
	export) echo "$keys --output -o --resume --force $all" ;;
	mount) echo "$keys --foreground $all" ;;
	help | version) echo "$all" ;;
	*) echo "--json --language --help --version" ;;
	esac
}

_unbrick() {
	local commands="list scan diagnose fix disable safe clear undo replay hibernation safemode tui rules policy check-firmware report keys ls cat export mount help version"
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command="" word

	COMPREPLY=()
	for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		case " $commands " in
		*" $word "*)
			command=$word
			break
			;;
		esac
	done
	case $prev in
	--keys-fd | --keys-secret-fd | --volume | --windows | --language | --since | --file | --rule | --policy-url | --policy-floor | --passphrase-fd | --expires) return ;;
	--replay)
		mapfile -t COMPREPLY < <(compgen -W "safe no all" -- "$cur")
		return
		;;
	--diagnosis)
		mapfile -t COMPREPLY < <(compgen -W "ask alone" -- "$cur")
		return
		;;
	--rules | --machine)
		mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		return
		;;
	--secret-key | --add-rule | --policy | --policy-ca | --policy-keys | --variables | --certificate | --keys | --keys-from | --keys-secret | --keys-ca | --passphrase-file | --startup-key | --from | --output | -o | --report | --svg | --csv | --plan | --revert | --beside | --console)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	esac
	if [[ $command == replay && $prev == --resume ]]; then
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
	elif [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_unbrick_options "$command")" -- "$cur")
	elif [[ -z $command || $prev == help ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$cur")
	elif [[ $prev == rules ]]; then
		mapfile -t COMPREPLY < <(compgen -W "list show check write" -- "$cur")
	elif [[ $prev == safemode ]]; then
		mapfile -t COMPREPLY < <(compgen -W "on off clear" -- "$cur")
	elif [[ $prev == policy ]]; then
		mapfile -t COMPREPLY < <(compgen -W "sign verify show" -- "$cur")
	else
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
	fi
}

complete -o filenames -F _unbrick unbrick
