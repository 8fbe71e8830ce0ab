//! A scanner that reads a text piece by piece.

/// The rest of a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scan<'text> {
    rest: &'text str,
}

/// A whole number, and the number of digits it is written with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Number {
    pub(super) value: i32,
    pub(super) digits: usize,
}

impl<'text> Scan<'text> {
    pub(super) const fn new(text: &'text str) -> Self {
        Self { rest: text }
    }

    pub(super) const fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next character, without consuming it.
    pub(super) fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    /// Consumes `text` if it comes next.
    pub(super) fn take(&mut self, text: &str) -> bool {
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Consumes one of these characters if it comes next.
    pub(super) fn take_any(&mut self, wanted: &[char]) -> Option<char> {
        let next = self.peek().filter(|next| wanted.contains(next))?;
        self.rest = &self.rest[next.len_utf8()..];
        Some(next)
    }

    /// Consumes all spaces that come next; returns whether there were any.
    pub(super) fn spaces(&mut self) -> bool {
        let rest = self.rest.trim_start_matches(' ');
        let was_there = rest.len() < self.rest.len();
        self.rest = rest;
        was_there
    }

    /// Consumes a whole number of at most four digits.
    pub(super) fn number(&mut self) -> Option<Number> {
        let digits = self.take_while(|next| next.is_ascii_digit());
        let value = digits.parse().ok().filter(|_| digits.len() <= 4)?;
        Some(Number {
            value,
            digits: digits.len(),
        })
    }

    /// Consumes all digits that come next.
    pub(super) fn digits(&mut self) -> &'text str {
        self.take_while(|next| next.is_ascii_digit())
    }

    /// Consumes all letters that come next.
    pub(super) fn word(&mut self) -> &'text str {
        self.take_while(char::is_alphabetic)
    }

    fn take_while(&mut self, is_wanted: impl Fn(char) -> bool) -> &'text str {
        let end = self.rest.find(|next| !is_wanted(next));
        let (taken, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        taken
    }
}

impl Number {
    /// The number in the type that jiff uses, if it has one or two digits.
    pub(super) fn short(self) -> Option<i8> {
        let value = i8::try_from(self.value).ok();
        value.filter(|_| self.digits <= 2)
    }

    /// The year: four digits, or two digits of this century.
    pub(super) fn year(self) -> Option<i16> {
        let year = i16::try_from(self.value).ok()?;
        match self.digits {
            4 => Some(year),
            2 => Some(2000 + year),
            _ => None,
        }
    }
}
