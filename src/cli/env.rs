use std::ops::Deref;
use std::time::{SystemTime, UNIX_EPOCH};

use git_ao::git::Environment;
use git_ao::model::Timestamp;

/// The environment variables at the start of the program.
#[derive(Debug, Clone)]
pub struct Env(Environment);

impl Env {
    /// Takes the variables of this process.
    pub fn of_process() -> Self {
        Self(Environment::inherited())
    }

    /// Makes an environment of only these variables.
    #[cfg(test)]
    pub fn of<const N: usize>(variables: [(&str, &str); N]) -> Self {
        Self(variables.into_iter().collect())
    }

    /// Returns true if git would read the variable as true.
    pub fn is_true(&self, name: &str) -> bool {
        self.text(name).is_some_and(|value| match value.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" => true,
            number => number.parse().is_ok_and(|number: i64| number != 0),
        })
    }

    /// Returns true if GIT_TEST_DATE_NOW sets the time.
    pub fn clock_is_stopped(&self) -> bool {
        self.text("GIT_TEST_DATE_NOW").is_some_and(|text| text.parse::<i64>().is_ok())
    }

    /// Returns the time. GIT_TEST_DATE_NOW, in seconds, stops the clock as it does for git.
    pub fn now(&self) -> Timestamp {
        let stopped = self.text("GIT_TEST_DATE_NOW").and_then(|text| text.parse::<i64>().ok());
        let millis = match stopped {
            Some(seconds) => seconds.saturating_mul(1000),
            None => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX)),
        };
        Timestamp::from_millis(millis)
    }
}

impl Deref for Env {
    type Target = Environment;

    fn deref(&self) -> &Environment {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn truth_is_gits() {
        for (value, truth) in
            [("true", true), ("1", true), ("On", true), ("0", false), ("", false), ("no", false)]
        {
            assert_eq!(Env::of([("X", value)]).is_true("X"), truth, "{value}");
        }
        assert!(!Env::of([]).is_true("X"));
    }

    #[test]
    fn the_clock_can_be_stopped() {
        let env = Env::of([("GIT_TEST_DATE_NOW", "1795195451")]);
        assert_eq!(env.now().as_millis(), 1_795_195_451_000);
        assert!(Env::of([]).now().as_seconds() > 1_700_000_000);
    }
}
