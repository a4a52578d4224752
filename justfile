# The few commands that everybody needs. `just` is a convenience: each line also works by itself.

# Where the dependencies are built once, for all checkouts.
export CARGO_TARGET_DIR := env("CARGO_TARGET_DIR", env("XDG_CACHE_HOME", home_directory() / ".cache") / "assay/target")

# List the commands.
default:
    @just --list

# Format and lints, as the checks of a change want them.
check:
    cargo fmt --check
    cargo clippy --release --all-targets -- -D warnings

# All tests, or those whose names hold FILTER.
test *FILTER:
    cargo test --release {{FILTER}}

# Everything that has to hold before a change goes in.
ci:
    .ci/run

# Our own figures.
bench *FILTER:
    cargo bench {{FILTER}}

# The sample workspace, in a temporary folder.
demo *ARGUMENTS:
    cargo run --release -- demo {{ARGUMENTS}}

# Take the screens as they are now for right, after a look at the difference.
snapshots:
    INSTA_UPDATE=always cargo test --release
    git diff --stat -- '*.snap'
