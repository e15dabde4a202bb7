#compdef git-ao
#description keep the sessions of AI coding agents

# Serves 'git-ao', and 'git ao' together with zsh's own completion of git. The program knows what can
# stand for the word at the cursor.
_git-ao() {
    local -a lines closed open
    local line word shown
    lines=("${(@f)$(git-ao candidates -- "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
    if [[ $lines[1] == :files ]]; then
        _files
        return
    fi
    for line in $lines; do
        word=${line%%$'\t'*}
        shown=${word//:/\\:}:${line#*$'\t'}
        case $word in
            *[=.]) open+=("$shown") ;;
            *) closed+=("$shown") ;;
        esac
    done
    local ret=1
    (( $#closed )) && _describe "git ao" closed && ret=0
    (( $#open )) && _describe "git ao" open -S '' && ret=0
    return ret
}

if [[ $funcstack[1] == _git-ao ]]; then
    _git-ao "$@"
else
    compdef _git-ao git-ao
fi
