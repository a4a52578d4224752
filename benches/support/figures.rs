//! Figures as they come: printed plainly, held against their bars, and remembered where they miss one.

use std::process::ExitCode;

/// The figures of one benchmark.
#[derive(Default)]
pub struct Figures {
    missed: u32,
}

impl Figures {
    /// A figure without a bar.
    pub fn plain(&self, what: &str, figure: &str) {
        println!("{what:<58} {figure}");
    }

    /// A figure that may not be above its bar.
    pub fn at_most(&mut self, what: &str, figure: f64, bar: f64, unit: &str) {
        let holds = figure <= bar;
        self.missed += u32::from(!holds);
        let verdict = if holds { "holds" } else { "MISSED" };
        println!("{what:<58} {figure:.2} {unit}   bar {bar} {unit}: {verdict}");
    }

    /// Success where every bar holds.
    pub fn end(self) -> ExitCode {
        if self.missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}
