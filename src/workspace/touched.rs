//! Remembers which paths commits have changed.

use std::collections::{BTreeSet, HashMap};

use super::pair_cache::{Pair, PairCache, PairFact};
use crate::git::{GitError, Repository};

/// Of more paths than this it is only known that they are many.
const MOST: usize = 200;

/// The paths that were changed from one commit to another, as hashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TouchedPaths {
    These(BTreeSet<u32>),
    Many,
}

impl TouchedPaths {
    /// Returns true unless none of these paths was changed.
    pub fn may_have<'p>(&self, paths: impl IntoIterator<Item = &'p [u8]>) -> bool {
        match self {
            Self::These(touched) => paths.into_iter().any(|path| touched.contains(&hash(path))),
            Self::Many => true,
        }
    }

    fn add(&mut self, path: &[u8]) {
        match self {
            Self::These(touched) if touched.len() < MOST => drop(touched.insert(hash(path))),
            _ => *self = Self::Many,
        }
    }
}

impl PairFact for TouchedPaths {
    const FILE: &'static str = "touched";

    fn words(&self) -> String {
        match self {
            Self::These(touched) => {
                let words = touched.iter().map(|hash| format!("{hash:08x}"));
                words.collect::<Vec<_>>().join(" ")
            }
            Self::Many => "*".to_owned(),
        }
    }

    fn read(words: &[&str]) -> Option<Self> {
        match words {
            ["*"] => Some(Self::Many),
            words => {
                let hashes = words.iter().map(|word| u32::from_str_radix(word, 16).ok());
                hashes.collect::<Option<_>>().map(Self::These)
            }
        }
    }
}

/// Returns the paths that were changed on the way to the first commit of each pair from the second
/// one. `steps` tells what is on the way: the commits of which each is compared with the next. A pair
/// of which that is not known has no paths.
///
/// # Errors
/// Fails if git cannot compare the commits.
pub fn touched_paths(
    repo: &Repository,
    pairs: &BTreeSet<Pair>,
    mut steps: impl FnMut(&Pair) -> Vec<Pair>,
) -> Result<HashMap<Pair, TouchedPaths>, GitError> {
    // Two ids determine the answer, unless the repository changes the history.
    let is_fixed = !repo.has_other_parents() && !repo.is_shallow();
    let is_wanted = |pair: &Pair| is_fixed && pairs.contains(pair);
    let mut cache = PairCache::<TouchedPaths>::read(repo, is_wanted);
    let mut touched: HashMap<Pair, TouchedPaths> =
        cache.known().map(|(pair, paths)| (pair.clone(), paths.clone())).collect();
    let unknown: Vec<&Pair> = pairs.iter().filter(|pair| !touched.contains_key(*pair)).collect();
    let (mut input, mut owners) = (String::new(), Vec::new());
    for pair in unknown {
        for (to, from) in steps(pair) {
            input.push_str(&format!("{to} {from}\n"));
            owners.push((pair, to));
        }
    }
    if owners.is_empty() {
        return Ok(touched);
    }
    let git = repo.git("diff-tree").args(["--stdin", "--always", "-r", "-z", "--name-only"]);
    let output = git.arg("--no-renames").input(input).run()?;
    let mut next = owners.iter().peekable();
    let mut now = None;
    for path in output.bytes().split(|byte| *byte == 0).filter(|path| !path.is_empty()) {
        if let Some((pair, _)) = next.next_if(|(_, to)| path == to.as_str().as_bytes()) {
            now = Some(
                touched.entry((*pair).clone()).or_insert(TouchedPaths::These(BTreeSet::new())),
            );
        } else if let Some(touched) = &mut now {
            touched.add(path);
        }
    }
    for (pair, _) in &owners {
        if let Some(paths) = touched.get(*pair) {
            cache.add(pair, paths.clone());
        }
    }
    if is_fixed {
        cache.save(repo);
    }
    Ok(touched)
}

/// Hashes a path (FNV-1a, folded).
fn hash(path: &[u8]) -> u32 {
    let mixed = path.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    (mixed ^ (mixed >> 32)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut touched = TouchedPaths::These(BTreeSet::new());
        assert!(!touched.may_have([&b"a"[..]]));
        for number in 0..MOST {
            touched.add(format!("path {number}").as_bytes());
        }
        assert!(touched.may_have([&b"path 7"[..]]) && !touched.may_have([&b"path"[..]]));
        let again = |touched: &TouchedPaths| {
            let words = touched.words();
            TouchedPaths::read(&words.split_whitespace().collect::<Vec<_>>())
        };
        assert_eq!(again(&touched).as_ref(), Some(&touched));
        touched.add(b"one more");
        assert_eq!((again(&touched), touched.may_have([])), (Some(TouchedPaths::Many), true));
    }
}
