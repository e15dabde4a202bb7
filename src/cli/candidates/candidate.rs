/// A word that the completion offers.
pub struct Candidate {
    pub word: String,
    pub about: String,
}

impl Candidate {
    pub fn new(word: impl Into<String>, about: impl Into<String>) -> Self {
        Self { word: word.into(), about: about.into() }
    }

    pub fn plain(word: impl Into<String>) -> Self {
        Self::new(word, "")
    }
}
