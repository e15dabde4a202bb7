# fish completion for git-ao and for 'git ao'.

# What can stand for the word at the cursor; the program knows it.
function __git_ao_candidates
    set -l words (commandline -opc)
    set -l typed (commandline -ct)
    set -l at 1
    if test "$words[1]" = git
        set at (contains -i -- ao $words)
        or return
    end
    set -l candidates ($words[1..$at] candidates -- $words[(math $at + 1)..-1] "$typed" 2>/dev/null)
    if test "$candidates" = :files
        __fish_complete_path "$typed"
    else if test -n "$candidates"
        string join \n -- $candidates
    end
end

complete -c git-ao -f -a '(__git_ao_candidates)'
complete -c git -f -n '__fish_git_using_command ao' -a '(__git_ao_candidates)'
