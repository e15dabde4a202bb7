use std::collections::HashMap;

/// The number of a word that has none, because there are too many: the commit has to be asked.
pub const OTHER: u16 = u16::MAX;

/// The different words of one kind, numbered.
#[derive(Default)]
pub struct Words {
    all: Vec<String>,
    numbers: HashMap<String, u16>,
}

impl Words {
    pub fn from(all: Vec<String>) -> Self {
        let number = |(number, word): (usize, &String)| {
            Some((word.clone(), u16::try_from(number).ok().filter(|it| *it != OTHER)?))
        };
        let numbers = all.iter().enumerate().filter_map(number).collect();
        Self { all, numbers }
    }

    pub fn all(&self) -> &[String] {
        &self.all
    }

    /// Returns the number of a word, a new one if need be.
    pub fn number(&mut self, word: &str) -> u16 {
        if let Some(number) = self.numbers.get(word) {
            return *number;
        }
        match u16::try_from(self.all.len()) {
            Ok(number) if number != OTHER => {
                self.all.push(word.to_owned());
                self.numbers.insert(word.to_owned(), number);
                number
            }
            _ => OTHER,
        }
    }

    /// Returns the word with this number; None if it has to be looked up elsewhere.
    pub fn word(&self, number: u16) -> Option<&str> {
        self.all.get(usize::from(number)).map(String::as_str)
    }
}
