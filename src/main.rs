//! The `assay` binary: a thin door to the library.

fn main() -> std::process::ExitCode {
    assay::cli::main()
}
