use std::collections::BTreeSet;

use super::env_file::env_file_values;

/// Values that are secret because of where they come from: a file of secrets, or an environment
/// variable that is named after one.
///
/// What is too short or too common to be one is left out: it would be found everywhere.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KnownValues(BTreeSet<String>);

/// The number of bytes that a value must have.
const SHORTEST: usize = 8;
/// The number of bytes that a value may have.
const LONGEST: usize = 1 << 16;

impl KnownValues {
    /// Adds a value, unless it is shorter than 8 characters, a common word, a number, a path, or a
    /// URL without credentials.
    pub fn add(&mut self, value: &str) {
        let value = value.trim();
        let is_long_enough = value.chars().nth(SHORTEST - 1).is_some() && value.len() <= LONGEST;
        if is_long_enough && !is_common(value) {
            self.0.insert(value.to_owned());
        }
    }

    /// Adds the values of a `.env` file.
    pub fn add_env_file(&mut self, text: &str) {
        env_file_values(text).iter().for_each(|value| self.add(value));
    }

    /// Adds the value of an environment variable if it is named after a secret: `GITHUB_TOKEN`.
    pub fn add_variable(&mut self, name: &str, value: &str) {
        if is_secret_name(name) {
            self.add(value);
        }
    }

    /// Iterates over the values, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

/// The words that end a part of the name of a variable with a secret.
const NAMES: [&str; 8] =
    ["KEY", "KEYS", "TOKEN", "TOKENS", "SECRET", "SECRETS", "PASSWORD", "PASSPHRASE"];

fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    name.split('_').any(|part| NAMES.iter().any(|word| part.ends_with(word)))
}

/// Words from 8 letters on that settings have for values.
const WORDS: &[&str] = &[
    "administrator",
    "anonymous",
    "application",
    "authenticated",
    "automatic",
    "basic_auth",
    "certificate",
    "changeme",
    "container",
    "credentials",
    "critical",
    "customer",
    "database",
    "dataset",
    "debugging",
    "default",
    "defaults",
    "dev-server",
    "developer",
    "development",
    "disabled",
    "discover",
    "document",
    "enabled",
    "encrypted",
    "enterprise",
    "environment",
    "everyone",
    "example.com",
    "experimental",
    "external",
    "frontend",
    "backend",
    "hostname",
    "information",
    "instance",
    "integration",
    "internal",
    "interval",
    "language",
    "localhost",
    "main-branch",
    "maintenance",
    "manually",
    "messages",
    "metadata",
    "microservice",
    "minimal",
    "monitoring",
    "multiple",
    "my-project",
    "node_modules",
    "none-selected",
    "notifications",
    "optional",
    "overwrite",
    "passphrase",
    "password",
    "performance",
    "permissions",
    "placeholder",
    "postgres",
    "postgresql",
    "preview",
    "private",
    "production",
    "profiles",
    "protected",
    "provider",
    "quarantine",
    "read-only",
    "read_only",
    "readonly",
    "recommended",
    "redacted",
    "replace-me",
    "replaceme",
    "repository",
    "required",
    "resource",
    "response",
    "root-user",
    "sandboxed",
    "security",
    "sequential",
    "services",
    "settings",
    "software",
    "specific",
    "staging",
    "standard",
    "standalone",
    "storage",
    "streaming",
    "superuser",
    "supervisor",
    "template",
    "temporary",
    "terminal",
    "test-user",
    "testing",
    "timestamp",
    "transparent",
    "transport",
    "undefined",
    "unlimited",
    "username",
    "variable",
    "verified",
    "warnings",
    "workspace",
    "xterm-256color",
];

fn is_common(value: &str) -> bool {
    let lower = value.to_lowercase();
    is_path(value)
        || is_number(value)
        || is_plain_url(value)
        || WORDS.contains(&lower.as_str())
        || value.chars().all(|c| c == value.chars().next().unwrap_or_default())
}

fn is_number(value: &str) -> bool {
    value.parse::<f64>().is_ok()
        || value.chars().all(|c| c.is_ascii_digit() || " .,:;/_+-".contains(c))
}

/// Returns true if a value is a path. Base64 may begin with a slash too.
fn is_path(value: &str) -> bool {
    let is_drive = value.get(1..3).is_some_and(|start| start == ":\\" || start == ":/");
    let starts = ["/", "./", "../", "~/"].iter().any(|start| value.starts_with(start));
    let is_random = |part: &str| {
        let has = |is: fn(&char) -> bool| part.chars().any(|c| is(&c));
        part.len() >= 16
            && has(char::is_ascii_digit)
            && has(char::is_ascii_uppercase)
            && has(char::is_ascii_lowercase)
    };
    (is_drive || starts) && !value.contains(['+', '=']) && !value.split(['/', '\\']).any(is_random)
}

/// Returns true if a value is a URL that has no password and no parameter that is named after a
/// secret.
fn is_plain_url(value: &str) -> bool {
    let Some((scheme, rest)) = value.split_once("://") else { return false };
    let is_scheme = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let query = rest.split_once('?').map_or("", |(_, query)| query);
    let is_secret = |pair: &str| {
        let name = pair.split('=').next().unwrap_or_default();
        is_secret_name(name) || ["sig", "signature", "auth", "code"].contains(&name)
    };
    !scheme.is_empty()
        && scheme.chars().all(is_scheme)
        && !value.contains(char::is_whitespace)
        && !authority.contains('@')
        && !query.split('&').any(is_secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_secret() {
        let mut known = KnownValues::default();
        for value in [
            "true",
            "short12",
            "production",
            "LOCALHOST",
            "12345678",
            "1.5e-100000",
            "2026-11-27",
            "127.0.0.1:8080",
            "/usr/local/bin",
            "./target/debug",
            "~/.config/x",
            "C:\\Users\\x",
            "https://example.com/a?b=c",
            "xxxxxxxxxxxx",
            "        ",
        ] {
            known.add(value);
        }
        assert_eq!(known.iter().collect::<Vec<_>>(), Vec::<&str>::new());
    }

    #[test]
    fn what_is_one() {
        let secrets = [
            "/K7MDENGbPxRfiCY1aB2x",
            "https://example.com/?token=abc",
            "hunter2-hunter2",
            "passw\u{f6}rt",
            "postgres://u:p@h/db",
            "wJalr/K7MDENG+bPx",
        ];
        let mut known = KnownValues::default();
        secrets.iter().for_each(|value| known.add(value));
        assert_eq!(known.iter().collect::<Vec<_>>(), secrets);
    }

    #[test]
    fn names_of_secrets() {
        for name in
            ["API_KEY", "APIKEY", "github_token", "DB_PASSWORD", "SECRET", "AWS_SECRET_ACCESS_KEY"]
        {
            assert!(is_secret_name(name), "{name}");
        }
        for name in ["PATH", "KEYBOARD_LAYOUT", "HOME", "TOKENIZER", "EDITOR"] {
            assert!(!is_secret_name(name), "{name}");
        }
    }
}
