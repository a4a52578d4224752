"""Compares what several engines read from the Delta tables of a workspace, at every version of each.

Engines: Python deltalake (pyarrow reads the Parquet), Polars' Delta reader, DuckDB (its Delta extension for the newest
version where the extension can be had; its own Parquet reader on the files that the log names, for every version),
and, where a folder of expected values is given, assay itself. Compared: column names, order and types, and every
value: nulls, decimals to the last digit, instants, lists of structs. The statistics in the log are checked against
the files as well.
"""

import json
import math
import sys
from pathlib import Path
from urllib.parse import unquote

import duckdb
import polars
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import DeltaTable

# What makes a row's place in a table, where the table has these columns.
KEY = ["_model", "_period", "_provider", "_batch", "_row"]


class Difference(Exception):
    """Two engines do not see the same."""


def canonical_type(arrow):
    """One type for all the ways in which Arrow lays the same values out."""
    if pa.types.is_string(arrow) or pa.types.is_large_string(arrow) or pa.types.is_string_view(arrow):
        return pa.large_string()
    if pa.types.is_binary(arrow) or pa.types.is_large_binary(arrow) or pa.types.is_binary_view(arrow):
        return pa.large_binary()
    if pa.types.is_list(arrow) or pa.types.is_large_list(arrow):
        return pa.large_list(pa.field("item", canonical_type(arrow.value_type)))
    if pa.types.is_struct(arrow):
        return pa.struct([pa.field(field.name, canonical_type(field.type)) for field in arrow])
    if pa.types.is_timestamp(arrow) and arrow.tz is not None:
        # The same instants, whatever zone an engine shows them in.
        return pa.timestamp(arrow.unit, "UTC")
    if pa.types.is_decimal(arrow):
        return pa.decimal128(arrow.precision, arrow.scale)
    return arrow


def canonical(table):
    """The table in canonical types, its rows in an order that does not depend on the reader."""
    fields = [pa.field(field.name, canonical_type(field.type)) for field in table.schema]
    table = table.cast(pa.schema(fields))
    key = [name for name in KEY if name in table.column_names]
    if "_row" not in key:
        key = [field.name for field in fields if not pa.types.is_nested(field.type)]
    order = pc.sort_indices(table.select(key), sort_keys=[(name, "ascending") for name in key])
    return table.take(order).combine_chunks()


def same_value(one, other):
    if isinstance(one, float) and isinstance(other, float):
        return one == other or (math.isnan(one) and math.isnan(other))
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same_value, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(same_value(one[name], other[name]) for name in one)
    return type(one) is type(other) and one == other


def compare(name, one, other):
    """Raises at the first thing that differs."""
    if one.schema.names != other.schema.names:
        raise Difference(f"{name}: columns {one.schema.names} and {other.schema.names}")
    for field in one.schema:
        type_there = other.schema.field(field.name).type
        if field.type != type_there:
            raise Difference(f"{name}: column {field.name} is {field.type} and {type_there}")
    if one.num_rows != other.num_rows:
        raise Difference(f"{name}: {one.num_rows} and {other.num_rows} rows")
    for column in one.schema.names:
        if one[column].equals(other[column]):
            continue
        pairs = zip(one[column].to_pylist(), other[column].to_pylist())
        for row, (here, there) in enumerate(pairs):
            if not same_value(here, there):
                raise Difference(f"{name}: column {column}, row {row}: {here!r} and {there!r}")


def partition_values(action, columns):
    return {column: action.get(f"partition.{column}") for column in columns}


def add_actions(delta):
    return pa.table(delta.get_add_actions(flatten=True)).to_pylist()


def data_path(folder, action):
    """Paths in the log are URIs."""
    return folder / unquote(action["path"])


def read_duckdb_files(folder, delta, schema):
    """The files that the log names, read by DuckDB's Parquet reader, with the partition columns from the log."""
    columns = delta.metadata().partition_columns
    parts = []
    for action in add_actions(delta):
        path = data_path(folder, action)
        relation = duckdb.connect().from_parquet(str(path), hive_partitioning=False)
        rows = relation.to_arrow_table()
        values = partition_values(action, columns)
        arrays = []
        for field in schema:
            if field.name in columns:
                arrays.append(pa.array([values[field.name]] * rows.num_rows, pa.large_string()))
            elif field.name in rows.column_names:
                arrays.append(rows[field.name].cast(canonical_type(rows.schema.field(field.name).type)))
            else:
                arrays.append(pa.nulls(rows.num_rows, field.type))
        parts.append(pa.table(arrays, names=schema.names))
    return pa.concat_tables(parts) if parts else schema.empty_table()


def duckdb_with_delta():
    """DuckDB with its Delta extension; None where the extension can't be had."""
    connection = duckdb.connect()
    try:
        connection.execute("install delta; load delta")
    except duckdb.Error:
        return None
    return connection


def check_statistics(name, folder, delta):
    """What the log says of each file is what the file holds."""
    for action in add_actions(delta):
        path = data_path(folder, action)
        rows = pq.read_table(path, partitioning=None)
        if action["num_records"] != rows.num_rows:
            raise Difference(f"{name}: {path.name} has {rows.num_rows} rows, the log says {action['num_records']}")
        for column in rows.column_names:
            said = action.get(f"null_count.{column}")
            nulls = rows[column].null_count
            if said is not None and said != nulls:
                raise Difference(f"{name}: {path.name}: {nulls} nulls in {column}, the log says {said}")
            low, high = action.get(f"min.{column}"), action.get(f"max.{column}")
            if low is None and high is None:
                continue
            found = pc.min_max(rows[column]).as_py()
            if not low <= found["min"] or not found["max"] <= high:
                raise Difference(f"{name}: {path.name}: {column} runs {found}, the log says {low} to {high}")


def check_version(path, version, expected):
    name = f"{path.parent.name}/{path.name} version {version}"
    delta = DeltaTable(str(path), version=version)
    by_deltalake = canonical(delta.to_pyarrow_table())
    declared = canonical_type_of_schema(delta)
    if by_deltalake.schema != declared:
        raise Difference(f"{name}: the log declares {declared}, deltalake reads {by_deltalake.schema}")
    by_polars = polars.scan_delta(str(path), version=version).collect().to_arrow()
    compare(f"{name}, deltalake and polars", by_deltalake, canonical(by_polars))
    by_duckdb = read_duckdb_files(path, delta, by_deltalake.schema)
    compare(f"{name}, deltalake and duckdb", by_deltalake, canonical(by_duckdb))
    if expected is not None:
        compare(f"{name}, deltalake and assay", by_deltalake, canonical(pq.read_table(expected)))
    check_statistics(name, path, delta)
    return by_deltalake


def canonical_type_of_schema(delta):
    schema = pa.schema(delta.schema().to_arrow())
    return pa.schema([pa.field(field.name, canonical_type(field.type)) for field in schema])


def versions(path):
    return sorted(int(file.stem) for file in (path / "_delta_log").glob("*.json") if file.stem.isdigit())


def main():
    workspace = Path(sys.argv[1]).resolve()
    expected = Path(sys.argv[2]).resolve() if len(sys.argv) > 2 else None
    tables = sorted(log.parent for log in (workspace / "lake").glob("**/_delta_log"))
    if not tables:
        print(f"{workspace} has no Delta tables", file=sys.stderr)
        return 2
    extension = duckdb_with_delta()
    report = []
    for path in tables:
        table = path.relative_to(workspace / "lake")
        found, newest = versions(path), None
        for version in found:
            truth = expected / table / f"{version}.parquet" if expected is not None else None
            newest = check_version(path, version, truth)
        if extension is not None:
            rows = extension.execute("select * from delta_scan(?)", [str(path)]).to_arrow_table()
            compare(f"{table}, deltalake and duckdb's Delta reader", newest, canonical(rows))
        report.append({
            "table": str(table),
            "versions": len(found),
            "rows": newest.num_rows,
            "columns": newest.num_columns,
            "duckdb_delta_extension": extension is not None,
        })
    for line in report:
        print(json.dumps(line))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Difference as difference:
        print(f"the engines differ: {difference}", file=sys.stderr)
        sys.exit(1)
