//! `assay contract`.

use super::Call;
use crate::base::Result;
use crate::cli::arguments::ContractCommand;
use crate::domain::Request;

pub fn run(call: &Call<'_>, command: &ContractCommand) -> Result<()> {
    match command {
        ContractCommand::Show => call.output.document(&call.workspace.contract()?),
        ContractCommand::Diff => {
            let diff = call.workspace.contract_diff()?;
            if call.output.is_json() {
                return call.output.document(&diff);
            }
            if diff.version == 0 {
                call.output.say("no contract is in force yet; the first change takes this one into force:");
            } else if diff.lines.is_empty() {
                call.output.say(&format!("assay.toml says what version {} says", diff.version));
            }
            diff.lines.iter().try_for_each(|line| call.output.line(line))
        }
        ContractCommand::Apply { reason } => call.change(Request::ApplyContract { reason: reason.reason.clone() }),
    }
}
