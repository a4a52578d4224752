//! Floor 2: rows in memory. Canonical columns and entities in polars' frames, and plans walked chunk by chunk.

mod buffer;
mod builder;
mod cells;
mod entities;
pub mod sql;
mod stream;
mod types;

pub use self::buffer::{Buffer, same_rows};
pub use self::builder::Builder;
pub use self::cells::{Cells, ints, text};
pub use self::entities::{EntityColumn, entity_column};
pub use self::stream::{CHUNK_ROWS, Chunks, Order, apart, chunks, for_each_chunk, named, parquet};
pub use self::types::{data_type, entities_type};
