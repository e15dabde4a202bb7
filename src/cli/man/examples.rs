//! The examples in the manual pages of the verbs.

/// For each verb, the description and the command of each example.
const EXAMPLES: &[(&str, &[(&str, &str)])] = &[
    ("adopt", &[("See what can be adopted", "git ao adopt --list")]),
    (
        "spawn",
        &[
            (
                "Start the default agent on a task",
                "git ao spawn \"Fix the flaky test in the parser\"",
            ),
            (
                "See what would be created for an issue",
                "git ao spawn --dry-run --issue 7 \"Fix the crash on startup\"",
            ),
        ],
    ),
    (
        "fork",
        &[(
            "Try another approach, from the branch of the session for issue 42",
            "git ao fork issue:42 \"Try it without threads\"",
        )],
    ),
    (
        "restore",
        &[
            ("Start over with the recorded task", "git ao restore --fresh issue:42"),
            ("See which sessions a crash has interrupted", "git ao restore --all --dry-run"),
        ],
    ),
    (
        "list",
        &[
            (
                "List finished work without a tag",
                "git ao list --filter 'status:done and not tag:ci'",
            ),
            (
                "Print the sessions of the last week for a script",
                "git ao list --all --json --since 7d",
            ),
        ],
    ),
    (
        "status",
        &[
            ("Show active sessions and their uncommitted changes", "git ao status --changes"),
            (
                "Count the sessions that need you, for a prompt",
                "git ao status --porcelain | sed -n 's/^# needs_you //p'",
            ),
        ],
    ),
    (
        "wait",
        &[(
            "See whether a session needs you, without waiting",
            "git ao wait --for needs-you --timeout 0 issue:42 || true",
        )],
    ),
    ("cancel", &[("Discard an attempt that was not chosen", "git ao cancel --discard issue:42")]),
    (
        "diff",
        &[
            ("See which files a session has changed", "git ao diff issue:42 --stat"),
            ("Compare an attempt with the latest one", "git ao diff issue:42 latest --stat"),
        ],
    ),
    ("land", &[("See which sessions would land without conflicts", "git ao land --check")]),
    (
        "why",
        &[
            ("See which session the last commit comes from", "git ao why HEAD"),
            ("See what its agent was asked", "git ao why --prompt HEAD"),
        ],
    ),
    (
        "blame",
        &[
            ("See which session each line of a file comes from", "git ao blame README"),
            (
                "Count the lines of each session, for a script",
                "git ao blame --json README | grep -o '\"session\":\"[^\"]*' | sort | uniq -c",
            ),
        ],
    ),
    (
        "exec",
        &[(
            "See the last commits in the worktree",
            "git ao exec issue:42 -- git log --oneline -n 5",
        )],
    ),
    ("path", &[("Go to a session's worktree", "cd \"$(git ao path issue:42)\"")]),
    (
        "log",
        &[
            ("Show the last changes to a session", "git ao log -p -n 5 issue:42"),
            (
                "List the sessions started since yesterday",
                "git ao log --oneline --op spawn --since yesterday",
            ),
            (
                "Show what the sessions have committed since midnight",
                "git ao log --commits --oneline --op commit --since today",
            ),
        ],
    ),
    (
        "set",
        &[
            (
                "Rename a session and add a tag",
                "git ao set issue:42 title=\"Fix the clock\" tags+=urgent",
            ),
            ("Keep a session in this clone", "git ao set issue:42 visibility=private"),
        ],
    ),
    (
        "complete",
        &[(
            "Mark a session as done, with a reason",
            "git ao complete -m \"merged upstream\" issue:42",
        )],
    ),
    (
        "cleanup",
        &[
            ("See what would be removed", "git ao cleanup --dry-run --branches"),
            ("Archive old sessions as well", "git ao cleanup --older-than 30d"),
        ],
    ),
    (
        "import",
        &[
            (
                "Import the conversations with an agent since May",
                "git ao import claude --since 2026-05-01",
            ),
            ("See what an import would take", "git ao import --dry-run ao_core ~/.ao-rs/sessions"),
            ("Import the sessions of a working directory", "git ao import claw ~/demo"),
        ],
    ),
    (
        "undo",
        &[("Change a title, and change it back", "git ao set issue:42 title=Oops\ngit ao undo")],
    ),
    (
        "hooks",
        &[(
            "Record branches and commits as they are made",
            "git ao hooks install post-checkout post-commit",
        )],
    ),
    ("trust", &[("List what is approved in this clone", "git ao trust --list")]),
    (
        "push",
        &[
            ("See what would be pushed", "git ao push --dry-run"),
            ("Push sessions and their branches", "git ao push --branches"),
        ],
    ),
];

/// Returns the section for a verb's page, or nothing if it has no examples.
pub fn section(verb: &str) -> String {
    let Some((_, examples)) = EXAMPLES.iter().find(|(name, _)| *name == verb) else {
        return String::new();
    };
    let mut text = ".SH EXAMPLES\n".to_owned();
    for (about, command) in *examples {
        text.push_str(&format!("{about}:\n.PP\n.nf\n{}\n.fi\n.PP\n", escaped(command)));
    }
    text.truncate(text.len() - ".PP\n".len());
    text
}

fn escaped(command: &str) -> String {
    command.replace('-', "\\-").replace('\'', "\\(aq").replace('"', "\\(dq")
}
