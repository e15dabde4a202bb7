//! Whatever happens to a file between captures, what was captured is what was there.

use std::fs;

use git_ao::transcript::CaptureExtent;
use proptest::prelude::*;

use super::world::World;

#[derive(Debug, Clone)]
enum Step {
    Append(Vec<u8>),
    /// Another file of which the end that was captured is not the same.
    Rewrite(Vec<u8>),
    /// The beginning of it, as while it is copied anew; whole again before the next step.
    Torn(usize),
    Gone,
    Lines,
    All,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let bytes = || prop::collection::vec(prop_oneof![Just(b'\n'), any::<u8>()], 0..40);
    let step = prop_oneof![
        4 => bytes().prop_map(Step::Append),
        1 => bytes().prop_map(Step::Rewrite),
        1 => any::<usize>().prop_map(Step::Torn),
        1 => Just(Step::Gone),
        4 => Just(Step::Lines),
        1 => Just(Step::All),
    ];
    prop::collection::vec(step, 1..12)
}

/// What a capture is to have taken.
#[derive(Default)]
struct Model {
    file: Vec<u8>,
    generations: Vec<Vec<u8>>,
}

impl Model {
    fn capture(&mut self, extent: CaptureExtent) {
        let end = match extent {
            CaptureExtent::Lines => {
                self.file.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1)
            }
            CaptureExtent::All => self.file.len(),
        };
        let is_same = self.generations.last().is_some_and(|known| self.file.starts_with(known));
        let is_shortened = self.generations.last().is_some_and(|it| it.starts_with(&self.file));
        match self.generations.last_mut() {
            Some(known) if is_same && end > known.len() => *known = self.file[..end].to_vec(),
            Some(_) if is_same || is_shortened => {}
            _ if end > 0 => self.generations.push(self.file[..end].to_vec()),
            _ => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_twice_and_nothing_is_missing(steps in steps()) {
        let world = World::new();
        let mut model = Model::default();
        world.write("");
        for step in steps {
            match step {
                Step::Append(bytes) => model.file.extend(bytes),
                Step::Rewrite(bytes) => model.file = [b"anew ".to_vec(), bytes].concat(),
                Step::Torn(at) => {
                    let at = at % (model.file.len() + 1);
                    let whole = std::mem::take(&mut model.file);
                    model.file = whole[..at].to_vec();
                    world.write(&model.file);
                    world.capture(CaptureExtent::Lines);
                    model.capture(CaptureExtent::Lines);
                    model.file = whole;
                }
                Step::Gone => {
                    fs::remove_file(&world.file).unwrap();
                    world.capture(CaptureExtent::All);
                }
                Step::Lines | Step::All => {
                    let extent = if matches!(step, Step::All) { CaptureExtent::All } else { CaptureExtent::Lines };
                    world.capture(extent);
                    model.capture(extent);
                }
            }
            world.write(&model.file);
        }
        world.capture(CaptureExtent::All);
        model.capture(CaptureExtent::All);
        let kept = if model.generations.is_empty() { Vec::new() } else { world.generations() };
        prop_assert_eq!(kept, model.generations);
    }
}
