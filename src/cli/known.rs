//! Maps commands of git, tmux, docker and other tools to ours.

/// Returns the command that does what the word does in another tool: a verb with its arguments, or
/// a git command, which begins with `git `.
pub fn command_for(word: &str) -> Option<&'static str> {
    Some(match word {
        "add" | "create" | "init" | "launch" | "new" | "new-session" | "up" => "spawn <task>",
        "branch" | "clone" | "copy" | "cp" | "dup" => "fork <session>",
        "continue" | "reopen" | "restart" | "recover" | "revive" => "restore <session>",
        "ps" | "st" | "top" | "who" => "status",
        "monitor" | "watch" => "status --watch",
        "all" | "list-sessions" | "sessions" => "list",
        "find" | "search" => "list --grep <text>",
        "cat" | "get" | "info" | "inspect" | "describe" | "view" => "show <session>",
        "current" | "here" | "whoami" => "show @",
        "events" | "history" | "reflog" => "log",
        "a" | "attach-session" | "checkout" | "co" | "enter" | "join" | "logs" | "open"
        | "switch" | "tail" => "attach <session>",
        "cd" | "dir" | "pwd" | "where" => "path <session>",
        "changes" => "diff <session>",
        "annotate" => "blame <file>",
        "sh" | "shell" => "exec <session> <command>",
        "message" | "msg" | "prompt" | "say" | "send-keys" | "tell" | "type" => {
            "send <session> <text>"
        }
        "suspend" => "pause <session>",
        "unpause" => "resume <session>",
        "down" | "end" | "halt" | "interrupt" | "kill-session" | "quit" | "stop" | "terminate" => {
            "kill <session>"
        }
        "close" | "done" | "finish" | "success" => "complete <session>",
        "error" | "failed" => "fail <session>",
        "abandon" | "abort" | "drop" => "cancel <session>",
        "mv" | "rename" | "rename-session" => "set <session> title=<title>",
        "label" | "tag" => "set <session> tags+=<tag>",
        "change" | "modify" | "update" => "set <session> <field>=<value>",
        "reset" | "revert" => "undo",
        "hide" | "stash" => "archive <session>",
        "unhide" | "unstash" => "unarchive <session>",
        "destroy" | "del" | "remove" | "rm" => "delete <session>",
        "clean" | "gc" | "prune" | "purge" | "tidy" => "cleanup",
        "refresh" | "repair" => "reconcile",
        "publish" | "share" | "upload" => "push",
        "download" => "fetch",
        "allow" | "approve" => "trust",
        "check" | "diagnose" | "health" => "doctor",
        "verify" => "fsck",
        "install" | "setup" => "hooks install",
        "completion" => "completions <shell>",
        "manual" => "man",
        // Agents work on ordinary branches.
        "commit" => "git commit",
        "config" => "git config ao.<key> <value>",
        "merge" => "land <session>",
        "rebase" => "git rebase <branch>",
        "worktree" => "git worktree list",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_leads_to_a_command_and_is_none_itself() {
        let tree = crate::cli::parse::tree();
        let words = include_str!("known.rs").split('"').skip(1).step_by(2);
        let words: Vec<_> = words.take_while(|word| *word != "known.rs").collect();
        assert!(words.len() > 80, "{words:?}");
        for word in words {
            match command_for(word) {
                Some(command) if command.starts_with("git ") => {
                    assert!(tree.find_subcommand(word).is_none(), "'{word}' is a command");
                }
                None if word.starts_with("git ") => {}
                Some(command) => {
                    assert!(tree.find_subcommand(word).is_none(), "'{word}' is a command");
                    let verb = command.split(' ').next().unwrap();
                    assert!(tree.find_subcommand(verb).is_some(), "there is no '{verb}'");
                }
                None => assert!(tree.find_subcommand(word.split(' ').next().unwrap()).is_some()),
            }
        }
    }
}
