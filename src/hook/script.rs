//! The script of a hook, including the path of the program that installed it.

use std::ffi::OsStr;
use std::path::Path;

use super::HookName;
use super::block::BlockKind;

/// The line of the scripts that lists the candidate programs.
const LOOP: &str = "for git_ao in git-ao; do\n";

/// The directory of links through which kept hooks are run. A kept hook thus sees its original
/// name, while its file stays in the hooks directory, beside any files that it needs.
pub const LINKS: &str = "git-ao-kept.d";

/// Returns the text between the markers.
pub fn body(name: HookName, kind: BlockKind, program: &Path) -> Vec<u8> {
    let script = name.script();
    let (_, script) = script.split_once('\n').expect("a script has a first line");
    let (before, after) = script.split_once(LOOP).expect("a script has the loop");
    let mut body = before.as_bytes().to_vec();
    body.extend(b"for git_ao in ");
    body.extend(quoted(program.as_os_str()));
    body.extend(b" git-ao; do\n");
    body.extend(after.bytes());
    if kind == BlockKind::Wrapper {
        let link = format!("${{0%/*}}/{}/{name}", LINKS);
        body.extend(
            format!("if [ -x \"{link}\" ]; then\n    exec \"{link}\" \"$@\"\nfi\n").bytes(),
        );
    }
    body
}

/// Returns the script as a command for git's configuration, to which git appends the hook's
/// arguments.
pub fn command(name: HookName, program: &Path) -> Vec<u8> {
    let body = body(name, BlockKind::Own, program);
    let lines = body.split_inclusive(|byte| *byte == b'\n').filter(|line| !line.starts_with(b"#"));
    let lines: Vec<u8> = lines.flatten().copied().collect();
    [b"git_ao_hook() {\n".as_slice(), &lines, b"}; git_ao_hook"].concat()
}

/// Quotes a word for sh.
fn quoted(text: &OsStr) -> Vec<u8> {
    let mut word = vec![b'\''];
    for byte in text.as_encoded_bytes() {
        match byte {
            b'\'' => word.extend(br"'\''"),
            byte => word.push(*byte),
        }
    }
    word.push(b'\'');
    word
}

/// Returns true for a script of a POSIX shell into which lines can be inserted after the first.
///
/// A script that reads itself is excluded, because it may count its lines, or be a polyglot.
pub fn takes_a_guest(file: &[u8]) -> bool {
    let Some(end) = file.iter().position(|byte| *byte == b'\n') else { return false };
    let shell = std::str::from_utf8(&file[..end]).ok().and_then(|line| line.strip_prefix("#!"));
    let mut words = shell.into_iter().flat_map(str::split_ascii_whitespace).map(|word| {
        let name = word.rsplit('/').next();
        name.unwrap_or(word)
    });
    let mut interpreter = words.next();
    if interpreter == Some("env") {
        interpreter = words.next();
    }
    let is_shell =
        matches!(interpreter, Some("sh" | "bash" | "dash" | "ash" | "ksh" | "mksh" | "zsh"));
    let has_cr = file[..end].ends_with(b"\r");
    let mut lines = file.split(|byte| *byte == b'\n').map(String::from_utf8_lossy);
    let reads_itself = lines
        .any(|line| line.contains("$0") && !line.contains("dirname") && !line.contains("basename"));
    is_shell && !has_cr && !reads_itself
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_one_word() {
        assert_eq!(quoted(OsStr::new("/a b/it's")), br"'/a b/it'\''s'");
    }

    #[test]
    fn every_script_takes_a_program() {
        for name in HookName::ALL {
            let text =
                String::from_utf8(body(name, BlockKind::Own, Path::new("/x/git-ao"))).unwrap();
            assert!(text.contains("for git_ao in '/x/git-ao' git-ao; do\n"), "{text}");
            assert!(text.contains(&format!("hook {name} \"$@\"")), "{text}");
            assert!(!text.contains("#!"), "{text}");
            let text = String::from_utf8(command(name, Path::new("/x/git-ao"))).unwrap();
            assert!(text.starts_with("git_ao_hook() {\nfor ") && !text.contains('#'), "{text}");
        }
    }

    #[test]
    fn only_plain_shell_scripts_take_a_guest() {
        for good in [
            "#!/bin/sh\n",
            "#! /usr/bin/env bash\necho\n",
            "#!/bin/bash -eu\nexit 3\n",
            "#!/usr/bin/env sh\n. \"$(dirname \"$0\")/h\"\n",
            "#!/bin/sh\necho a\r\n",
        ] {
            assert!(takes_a_guest(good.as_bytes()), "{good}");
        }
        for bad in [
            "",
            "#!/bin/sh",
            "echo no first line\n",
            "#!/bin/sh\r\necho\r\n",
            "#!/usr/bin/env python3\n",
            "#!/usr/bin/fish\n",
            "#!/bin/sh\n'''exec' python3 \"$0\" \"$@\"\n' '''\n",
            "#!/bin/sh\ntail -n +5 \"$0\" | sh\n",
            "\u{7f}ELF\n",
        ] {
            assert!(!takes_a_guest(bad.as_bytes()), "{bad}");
        }
    }
}
