//! Reading tables lazily: only the files of the named partition, at the named version.

use std::collections::BTreeMap;
use std::sync::Arc;

use polars::prelude::{
    DataFrame, HiveOptions, IntoLazy, LazyFrame, PlRefPath, PlSmallStr, ScanArgsParquet, Schema, SchemaRef, UnionArgs,
    concat, lit,
};

use super::Lake;
use super::log::state;
use super::replace::check_present;
use super::schema::{data_fields, polars_type};
use super::table::{DataFile, Table};
use crate::base::{Error, Result, ResultExt};

impl Lake {
    /// The rows of a version of a table (the newest, where none is named) whose partition columns have the named values.
    ///
    /// Nothing is read yet. Rows come in the order they were written in, partition by partition; the table's partition
    /// columns stand last, as strings; columns that a file does not have are null. `None`: no such table or partition.
    /// Files that are missing or of another size are an error here; `verify` looks inside them.
    pub fn scan(
        &self,
        table: &Table,
        version: Option<u64>,
        partition: &[(String, String)],
    ) -> Result<Option<LazyFrame>> {
        let Some(delta) = self.load(table, version)? else { return Ok(None) };
        let schema = read_schema(table, &state(&delta)?.schema())?;
        let mut partitions: BTreeMap<Vec<(String, String)>, Vec<DataFile>> = BTreeMap::new();
        for file in self.files_of(table, &delta, partition)? {
            check_present(table, &file)?;
            partitions.entry(file.partition.clone()).or_default().push(file);
        }
        let scans = partitions.iter().map(|(values, files)| scan_partition(&schema, values, files));
        let scans = scans.collect::<Result<Vec<_>>>().with_context(|| format!("reading {table}"))?;
        match scans.len() {
            0 => Ok(None),
            1 => Ok(scans.into_iter().next()),
            _ => concat(&scans, UnionArgs { maintain_order: true, ..UnionArgs::default() })
                .map(Some)
                .map_err(Error::library),
        }
    }
}

fn read_schema(table: &Table, schema: &deltalake_core::kernel::StructType) -> Result<SchemaRef> {
    let mut read = Schema::default();
    for field in data_fields(table, schema) {
        let data_type = polars_type(field.data_type()).ok_or_else(|| {
            Error::corrupt(format!("column `{}` of {table} is {}", field.name(), field.data_type()))
                .because("assay never writes this type")
        })?;
        read.with_column(PlSmallStr::from_str(field.name()), data_type);
    }
    Ok(Arc::new(read))
}

fn scan_partition(schema: &SchemaRef, values: &[(String, String)], files: &[DataFile]) -> Result<LazyFrame> {
    // A file without rows has no row groups either; its schema says all.
    let paths = files.iter().filter(|file| file.rows > 0).map(|file| PlRefPath::try_from_path(&file.path));
    let paths = paths.collect::<std::result::Result<Vec<_>, _>>().map_err(Error::library)?;
    let rows = if paths.is_empty() {
        DataFrame::empty_with_schema(schema).lazy()
    } else {
        let options = ScanArgsParquet {
            schema: Some(Arc::clone(schema)),
            hive_options: HiveOptions::new_disabled(),
            glob: false,
            allow_missing_columns: true,
            ..ScanArgsParquet::default()
        };
        LazyFrame::scan_parquet_files(paths.into(), options).map_err(Error::library)?
    };
    let columns: Vec<_> = values.iter().map(|(column, value)| lit(value.as_str()).alias(column.as_str())).collect();
    Ok(rows.with_columns(columns))
}
