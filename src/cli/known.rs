//! Words that hands know from git, tmux, docker and other tools.

/// The command that does what the word does elsewhere.
pub fn command_for(word: &str) -> Option<&'static str> {
    Some(match word {
        "add" | "create" | "new" | "start" => "spawn <task>",
        "branch" | "clone" | "copy" | "cp" | "dup" => "fork <session>",
        "continue" | "reopen" | "restart" | "recover" | "revive" => "restore <session>",
        "ps" | "top" | "who" | "monitor" => "status",
        "cat" | "get" | "info" | "inspect" | "describe" | "view" => "show <session>",
        "events" | "history" | "reflog" => "log",
        "checkout" | "co" | "switch" | "enter" | "join" | "open" | "logs" | "tail" => {
            "attach <session>"
        }
        "message" | "msg" | "prompt" | "say" | "send-keys" | "tell" | "type" => {
            "send <session> <text>"
        }
        "suspend" => "pause <session>",
        "unpause" => "resume <session>",
        "end" | "halt" | "interrupt" | "kill-session" | "stop" | "terminate" => "kill <session>",
        "close" | "done" | "finish" | "success" => "complete <session>",
        "error" | "failed" => "fail <session>",
        "abandon" | "abort" | "drop" => "cancel <session>",
        "mv" | "rename" => "set <session> title=<title>",
        "change" | "modify" | "update" => "set <session> <field>=<value>",
        "hide" | "stash" => "archive <session>",
        "unhide" | "unstash" => "unarchive <session>",
        "destroy" | "del" | "remove" | "rm" => "delete <session>",
        "clean" | "gc" | "prune" | "purge" | "tidy" => "cleanup",
        "refresh" | "repair" => "reconcile",
        "publish" | "share" | "upload" => "push",
        "download" => "fetch",
        "check" | "diagnose" | "health" => "doctor",
        "verify" => "fsck",
        "completion" => "completions <shell>",
        "manual" => "man",
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
