
# git's completion calls this for `git ao ...`, having set words, cword, cur and prev.
_git_ao() {
    local at=${__git_cmd_idx:-1} typed=("${words[@]}") word
    local COMP_WORDS COMP_CWORD
    COMP_WORDS=(git-ao "${typed[@]:at+1}")
    COMP_CWORD=$((cword - at))
    _git__ao git-ao "$cur" "$prev"
    # Under git no blank is added after a word.
    for word in "${!COMPREPLY[@]}"; do
        case ${COMPREPLY[word]} in
            */) ;;
            *) [[ -d ${COMPREPLY[word]} ]] && COMPREPLY[word]+=/ || COMPREPLY[word]+=" " ;;
        esac
    done
}
