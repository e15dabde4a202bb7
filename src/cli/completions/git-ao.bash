# bash completion for git-ao, and for 'git ao' together with git's own completion.

# Offers what can stand for the last of the words; the program knows it.
__git_ao_offer() {
    local typed=${!#} line word candidates
    if declare -F __git >/dev/null && [[ -n ${__git_cmd_idx-} ]]; then
        candidates=$(__git ao candidates -- "$@")
    else
        candidates=$(git-ao candidates -- "$@" 2>/dev/null)
    fi
    COMPREPLY=()
    if [[ $candidates == :files ]]; then
        compopt -o default +o nospace 2>/dev/null
        return
    fi
    # Without this, bash would offer files where there is nothing to offer.
    compopt +o default +o bashdefault -o nospace 2>/dev/null
    while IFS= read -r line; do
        word=${line%%$'\t'*}
        [[ -n $word ]] || continue
        # bash replaces only what stands behind the last of the characters that break words.
        if [[ $COMP_WORDBREAKS == *=* && $typed == *=* ]]; then
            word=${word#"${typed%=*}="}
        elif [[ $COMP_WORDBREAKS == *:* && $typed == *:* ]]; then
            word=${word#"${typed%:*}:"}
        fi
        [[ $word == *[=.] ]] || word+=' '
        COMPREPLY+=("$word")
    done <<<"$candidates"
}

# git's completion calls this for 'git ao ...', having set words, cword, cur and __git_cmd_idx.
_git_ao() {
    local at=${__git_cmd_idx:-1}
    local __git_cmd_idx=$at
    __git_ao_offer "${words[@]:at+1:cword-at-1}" "$cur"
}

# bash itself calls this for 'git-ao ...'; it breaks words at '=' and ':', which is undone here.
_git_ao_alone() {
    local __git_cmd_idx= rest=${COMP_LINE:0:COMP_POINT} typed=() i word
    for ((i = 0; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        ((i < COMP_CWORD)) || word=${2-}
        if ((i > 1)) && [[ $rest != [[:blank:]]* && $rest == "$word"* ]]; then
            typed[${#typed[@]}-1]+=$word
        else
            rest=${rest#"${rest%%[![:blank:]]*}"}
            typed+=("$word")
        fi
        rest=${rest#"$word"}
    done
    __git_ao_offer "${typed[@]:1}"
}

complete -o bashdefault -o default -o nospace -F _git_ao_alone git-ao
