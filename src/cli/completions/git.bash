
complete -r gitao
complete -F _gitao -o bashdefault -o default git-ao

# git's completion calls this for `git ao ...`, having set words, cword, cur and prev.
_git_ao() {
    local at=${__git_cmd_idx:-1} typed=("${words[@]}") i
    local COMP_WORDS COMP_CWORD
    COMP_WORDS=(git-ao "${typed[@]:at+1}")
    COMP_CWORD=$((cword - at))
    _gitao git-ao "$cur" "$prev"
    # For git, bash adds no blank after a word.
    for i in "${!COMPREPLY[@]}"; do
        if [[ -d ${COMPREPLY[i]} ]]; then
            COMPREPLY[i]=${COMPREPLY[i]%/}/
        else
            COMPREPLY[i]+=" "
        fi
    done
}
