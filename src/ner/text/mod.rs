//! Texts as taggers see them: what sort of character stands where, tokens, sentences.

pub mod characters;
mod tokens;

pub use tokens::{Sentences, Token, TokenKind};
