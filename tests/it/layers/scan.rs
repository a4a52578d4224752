//! Finds the paths that a Rust source file names, without a compiler: enough of the language to tell code from comments
//! and strings, to open `use` trees, and to resolve `self` and `super`.

/// A path that some code names.
#[derive(Debug, PartialEq, Eq)]
pub struct Reference {
    /// Counted from 1.
    pub line: usize,
    /// Its segments. Paths into this crate begin with `crate`, others with the name of a crate or of something local.
    pub path: Vec<String>,
    /// Whether it stands in code that is compiled for tests only.
    pub in_test: bool,
}

/// What was found in a file.
#[derive(Debug, Default)]
pub struct Found {
    /// Every path of at least two segments, and every path of a `use`.
    pub references: Vec<Reference>,
    /// The modules that it declares: their names are local.
    pub modules: Vec<String>,
    /// The first line and the length in lines of its longest inline module for tests.
    pub longest_tests: Option<(usize, usize)>,
}

/// The words of the language that a path may follow: `return ::polars::...`.
const BEFORE_A_PATH: &[&str] = &[
    "as", "break", "const", "dyn", "else", "for", "if", "impl", "in", "match", "move", "mut", "pub", "ref", "return",
    "unsafe", "where", "while",
];

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    PathSeparator,
    Other(char),
}

/// Reads `source`, the text of the module whose path below the crate is `module`.
pub fn scan(source: &str, module: &[&str]) -> Found {
    let mut scanner = Scanner {
        tokens: tokens(source),
        at: 0,
        module: module.iter().map(|name| (*name).to_owned()).collect(),
        depth: 0,
        inline: Vec::new(),
        test_ends: None,
        found: Found::default(),
    };
    scanner.run();
    scanner.found
}

struct Scanner {
    tokens: Vec<(usize, Token)>,
    at: usize,
    module: Vec<String>,
    depth: usize,
    /// Depths at which inline modules were opened.
    inline: Vec<usize>,
    /// The token with which the present code for tests ends.
    test_ends: Option<usize>,
    found: Found,
}

impl Scanner {
    fn run(&mut self) {
        while self.at < self.tokens.len() {
            if self.test_ends.is_some_and(|end| self.at > end) {
                self.test_ends = None;
            }
            if self.test_ends.is_none() && self.is_test_attribute() {
                self.begin_test_item();
                continue;
            }
            match self.token(0) {
                Some(Token::Other('{')) => self.depth += 1,
                Some(Token::Other('}')) => self.close_brace(),
                Some(Token::Word(word)) => {
                    let word = word.clone();
                    self.word(&word);
                    continue;
                }
                _ => {}
            }
            self.at += 1;
        }
    }

    fn token(&self, ahead: usize) -> Option<&Token> {
        self.tokens.get(self.at + ahead).map(|(_, token)| token)
    }

    fn word_at(&self, ahead: usize) -> Option<&str> {
        match self.token(ahead) {
            Some(Token::Word(word)) => Some(word),
            _ => None,
        }
    }

    fn line(&self) -> usize {
        self.tokens.get(self.at).map_or(0, |(line, _)| *line)
    }

    fn close_brace(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        if self.inline.last() == Some(&self.depth) {
            self.inline.pop();
            self.module.pop();
        }
    }

    /// `#[cfg(test)]`
    fn is_test_attribute(&self) -> bool {
        let wanted = [
            Token::Other('#'),
            Token::Other('['),
            Token::Word("cfg".to_owned()),
            Token::Other('('),
            Token::Word("test".to_owned()),
            Token::Other(')'),
            Token::Other(']'),
        ];
        wanted.iter().enumerate().all(|(ahead, token)| self.token(ahead) == Some(token))
    }

    /// Remembers where the item after `#[cfg(test)]` ends: at its `;`, or at the brace that closes its first one.
    fn begin_test_item(&mut self) {
        let first_line = self.line();
        self.at += 7;
        let is_module = self.word_at(0) == Some("mod");
        let mut depth = 0;
        for (index, (line, token)) in self.tokens.iter().enumerate().skip(self.at) {
            match token {
                Token::Other('{') => depth += 1,
                Token::Other('}') => depth -= 1,
                _ => {}
            }
            if depth == 0 && matches!(token, Token::Other('}' | ';')) {
                self.test_ends = Some(index);
                let lines = line + 1 - first_line;
                if is_module && self.found.longest_tests.is_none_or(|(_, longest)| longest < lines) {
                    self.found.longest_tests = Some((first_line, lines));
                }
                return;
            }
        }
    }

    fn word(&mut self, word: &str) {
        match word {
            "mod" if self.word_at(1).is_some() => self.module_begins(),
            "use" => self.use_tree(),
            "extern" if self.word_at(1) == Some("crate") => {
                let name = self.word_at(2).map(ToOwned::to_owned);
                self.record(self.line(), name.into_iter().collect());
                self.at += 3;
            }
            _ => self.inline_path(),
        }
    }

    fn module_begins(&mut self) {
        let name = self.word_at(1).unwrap_or_default().to_owned();
        self.found.modules.push(name.clone());
        if self.token(2) == Some(&Token::Other('{')) {
            self.inline.push(self.depth);
            self.module.push(name);
        }
        self.at += 2;
    }

    fn inline_path(&mut self) {
        let line = self.line();
        let goes_on = self.goes_on();
        let mut path = Vec::new();
        while let Some(word) = self.word_at(0) {
            let is_keyword = BEFORE_A_PATH.contains(&word);
            path.push(word.to_owned());
            self.at += 1;
            if is_keyword || self.token(0) != Some(&Token::PathSeparator) || self.word_at(1).is_none() {
                break;
            }
            self.at += 1;
        }
        if path.len() > 1 && !goes_on {
            self.record(line, path);
        }
    }

    /// Whether the word here continues a path or a chain of calls. A `::` that follows neither a name nor the end of a
    /// type begins one: `::polars::prelude`.
    fn goes_on(&self) -> bool {
        let before = |back: usize| Some(&self.tokens.get(self.at.checked_sub(back)?)?.1);
        match before(1) {
            Some(Token::Other('.')) => true,
            Some(Token::PathSeparator) => match before(2) {
                Some(Token::Word(word)) => !BEFORE_A_PATH.contains(&word.as_str()),
                Some(Token::Other('>')) => !matches!(before(3), Some(Token::Other('-' | '='))),
                _ => false,
            },
            _ => false,
        }
    }

    fn use_tree(&mut self) {
        self.at += 1;
        self.branch(&[]);
    }

    /// One branch of a `use` tree, up to the `,`, `}` or `;` that ends it.
    fn branch(&mut self, prefix: &[String]) {
        let line = self.line();
        let mut path = prefix.to_vec();
        loop {
            match self.token(0).cloned() {
                Some(Token::Word(word)) if word == "as" => {
                    path.push("as".to_owned());
                    self.at += 2;
                }
                Some(Token::Word(word)) => {
                    path.push(word);
                    self.at += 1;
                }
                Some(Token::Other('*')) => {
                    path.push("*".to_owned());
                    self.at += 1;
                }
                Some(Token::PathSeparator) => self.at += 1,
                Some(Token::Other('{')) => {
                    self.at += 1;
                    while !matches!(self.token(0), None | Some(Token::Other('}'))) {
                        let begin = self.at;
                        self.branch(&path);
                        if self.token(0) == Some(&Token::Other(',')) || self.at == begin {
                            self.at += 1;
                        }
                    }
                    self.at += 1;
                    return;
                }
                _ => break,
            }
        }
        self.record(line, path);
    }

    fn record(&mut self, line: usize, path: Vec<String>) {
        let in_test = self.test_ends.is_some_and(|end| self.at <= end + 1);
        let path = self.resolve(path);
        if !path.is_empty() {
            self.found.references.push(Reference { line, path, in_test });
        }
    }

    /// `self` and `super` as paths from the root of the crate.
    fn resolve(&self, path: Vec<String>) -> Vec<String> {
        let mut base = self.module.clone();
        let mut rest = path.as_slice();
        if !matches!(rest.first().map(String::as_str), Some("self" | "super")) {
            return path;
        }
        while let [first, others @ ..] = rest {
            match first.as_str() {
                "self" => {}
                "super" => {
                    base.pop();
                }
                _ => break,
            }
            rest = others;
        }
        std::iter::once("crate".to_owned()).chain(base).chain(rest.iter().cloned()).collect()
    }
}

/// The words and signs of `source` with their lines; comments, strings, characters, numbers and lifetimes are left out.
fn tokens(source: &str) -> Vec<(usize, Token)> {
    let text: Vec<char> = source.chars().collect();
    let (mut tokens, mut at, mut line) = (Vec::new(), 0, 1);
    while at < text.len() {
        let begin = at;
        let next = text.get(at + 1).copied();
        match text[at] {
            '/' if next == Some('/') => at = position(&text, at, |c| c == '\n'),
            '/' if next == Some('*') => at = after_comment(&text, at),
            '"' => at = after_string(&text, at + 1),
            '\'' => at = after_quote(&text, at),
            c if is_word(c) => {
                at = position(&text, at, |c| !is_word(c));
                let word: String = text[begin..at].iter().collect();
                match text.get(at) {
                    Some('"' | '#') if matches!(word.as_str(), "r" | "br" | "cr") => at = after_raw_string(&text, at),
                    Some('"' | '\'') if matches!(word.as_str(), "b" | "c") => {}
                    _ if c.is_ascii_digit() => {}
                    _ => tokens.push((line, Token::Word(word))),
                }
            }
            ':' if next == Some(':') => {
                tokens.push((line, Token::PathSeparator));
                at += 2;
            }
            c => {
                if !c.is_whitespace() {
                    tokens.push((line, Token::Other(c)));
                }
                at += 1;
            }
        }
        line += text[begin..at].iter().filter(|c| **c == '\n').count();
    }
    tokens
}

fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

fn position(text: &[char], from: usize, wanted: impl Fn(char) -> bool) -> usize {
    text[from..].iter().position(|c| wanted(*c)).map_or(text.len(), |distance| from + distance)
}

/// Comments in comments are allowed.
fn after_comment(text: &[char], from: usize) -> usize {
    let (mut at, mut depth) = (from, 0);
    while at < text.len() {
        match (text[at], text.get(at + 1)) {
            ('/', Some('*')) => (depth, at) = (depth + 1, at + 2),
            ('*', Some('/')) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at.min(text.len())
}

fn after_string(text: &[char], from: usize) -> usize {
    let mut at = from;
    while at < text.len() && text[at] != '"' {
        at += if text[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(text.len())
}

/// `r"..."` or `r#"..."#`; a raw name such as `r#type` ends at its hash.
fn after_raw_string(text: &[char], from: usize) -> usize {
    let opening = position(text, from, |c| c != '#');
    if text.get(opening) != Some(&'"') {
        return opening;
    }
    let hashes = opening - from;
    let mut at = opening + 1;
    while at < text.len() {
        let closes = text[at] == '"' && text[at + 1..].iter().take(hashes).filter(|c| **c == '#').count() == hashes;
        at += 1;
        if closes {
            return at + hashes;
        }
    }
    at
}

/// A character, or only the quote of a lifetime.
fn after_quote(text: &[char], from: usize) -> usize {
    match (text.get(from + 1), text.get(from + 2)) {
        (Some('\\'), _) => (position(text, from + 3, |c| c == '\'') + 1).min(text.len()),
        (Some(_), Some('\'')) => from + 3,
        _ => from + 1,
    }
}
