//! The parts that views share. All text reaches the terminal through [`canvas::Canvas`], which makes it safe.

pub mod canvas;
pub mod chart;
pub mod marked;
pub mod page;
pub mod table;
pub mod theme;
pub mod wrap;

#[cfg(test)]
mod tests;
