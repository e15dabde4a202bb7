/// How an agent's own program takes a conversation back that was kept: a command that reads files.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TakeBack {
    /// The arguments of the program, which the path of a file follows.
    pub args: Vec<String>,
    /// What the files hold, in the order in which they are read, one by each run of the program.
    pub documents: Vec<Vec<u8>>,
}

impl TakeBack {
    /// Names the arguments and what the files hold.
    pub fn new<A: Into<String>>(
        args: impl IntoIterator<Item = A>,
        documents: impl Into<Vec<Vec<u8>>>,
    ) -> Self {
        let args = args.into_iter().map(Into::into).collect();
        Self { args, documents: documents.into() }
    }
}
