//! The files of assay that read text from outside, without the libraries that rows need: they are built in a minute.
#![allow(dead_code, unused_imports, clippy::all, missing_docs, reason = "a part of the house alone")]

#[path = "../../../src/base/mod.rs"]
pub mod base;
#[path = "../../../src/domain/mod.rs"]
pub mod domain;

#[path = "../../../src/source"]
pub mod source {
    pub mod read {
        pub mod agreed;
        pub mod text;
        pub use agreed::{MAX_COLUMNS, MAX_RECORD};

        pub mod csv {
            pub mod dialect;
            pub mod find;
            pub mod layout;
            pub mod marks;
            pub mod quotes;
            pub mod records;
            pub mod sample;
            pub mod split;
            pub mod understand;
        }
    }
}

#[path = "../../../src/pipeline"]
pub mod pipeline {
    pub mod refine {
        pub mod dates;
        pub mod numbers;
        pub mod parse;
        pub mod style;
    }
}
