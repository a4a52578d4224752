"""A profile of a large table beside DuckDB's SUMMARIZE of the same file, turn about, with the same number of threads.

Prints, for Parquet and CSV, what both took in each round, the ratio of their medians, and the most memory. The table is
profiled once more with twice as many rows. Exits with 1 where a bar is missed.
"""

import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

from measured import measured

BAR_RATIO = 1.25
BAR_MIB = 1024
BAR_DOUBLED = 2.0
THREADS = os.cpu_count()

PEER = """
import sys
import duckdb
connection = duckdb.connect()
connection.execute(f"set threads = {sys.argv[2]}")
connection.execute(f"SUMMARIZE SELECT * FROM '{sys.argv[1]}'").fetchall()
"""


def generate(stem, rows):
    """Ten columns: two that number the rows, an instant and a share that nearly never repeat, amounts, words, days."""
    import numpy
    import pyarrow
    import pyarrow.csv
    import pyarrow.parquet

    random = numpy.random.default_rng(7)
    words = numpy.array(["Heinz", "beans", "oat milk", "tea", "cup", "box", "north", "caf\u00e9", "sugar", "salt"])
    numbers = random.integers(0, 100_000, 200_000)
    pairs = zip(words[random.integers(0, 10, 200_000)], words[random.integers(0, 10, 200_000)], numbers)
    texts = numpy.array([f"{one} {other} {number}" for one, other, number in pairs])
    suppliers = numpy.array([f"Supplier no {number}" for number in range(4000)])
    seconds = random.integers(0, 31 * 86_400_000_000, rows).astype("timedelta64[us]")
    table = pyarrow.table(
        {
            "slip_id": [f"S{row:09}" for row in range(rows)],
            "number": numpy.arange(rows),
            "line": random.integers(1, 40, rows),
            "sold_on": (numpy.datetime64("2026-10-01") + random.integers(0, 31, rows)).astype("datetime64[D]"),
            "booked_at": numpy.datetime64("2026-10-01T00:00:00", "us") + seconds,
            "supplier": suppliers[random.integers(0, 4000, rows)],
            "category": numpy.array(list("ABCDEFGHIJKL"))[random.integers(0, 12, rows)],
            "description": texts[random.integers(0, 200_000, rows)],
            "amount": numpy.round(random.lognormal(4, 2, rows), 2),
            "share": pyarrow.array(random.normal(0, 1, rows), mask=random.random(rows) < 0.05),
        }
    )
    pyarrow.parquet.write_table(table, f"{stem}.parquet", compression="zstd")
    pyarrow.csv.write_csv(table, f"{stem}.csv")


def main():
    assay, rows, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    missed = []
    with tempfile.TemporaryDirectory() as folder:
        once, twice = (pathlib.Path(folder) / name for name in ("once", "twice"))
        # By another process: what this one holds would count as the memory of its children.
        for stem, height in ((once, rows), (twice, 2 * rows)):
            subprocess.run([sys.executable, __file__, "generate", stem, str(height)], check=True)
        for kind in ("parquet", "csv"):
            ours, theirs, doubled, peaks = [], [], [], []
            for _ in range(rounds):
                peer, _ = measured([sys.executable, "-c", PEER, f"{once}.{kind}", str(THREADS)])
                own, peak = measured([assay, "--quiet", "--json", "profile", "show", f"{once}.{kind}"])
                more, more_peak = measured([assay, "--quiet", "--json", "profile", "show", f"{twice}.{kind}"])
                print(f"{kind}: assay {own:.2f} s, DuckDB {peer:.2f} s; twice the rows: {more:.2f} s", flush=True)
                ours.append(own)
                theirs.append(peer)
                doubled.append(more)
                peaks += [peak, more_peak]
            own, peer, more = map(statistics.median, (ours, theirs, doubled))
            size = pathlib.Path(f"{once}.{kind}").stat().st_size / 1e6
            print(f"| {rows:,} rows, {size:,.0f} MB of {kind} | {own:.2f} s | {peer:.2f} s | {own / peer:.2f} "
                  f"| {more / own:.2f} | {max(peaks):,.0f} MiB |", flush=True)
            if own / peer > BAR_RATIO:
                missed.append(f"{kind}: {own / peer:.2f} times as long as DuckDB, and {BAR_RATIO} may be")
            if more / own > BAR_DOUBLED:
                missed.append(f"{kind}: twice the rows take {more / own:.2f} times as long, and {BAR_DOUBLED} may be")
            if max(peaks) > BAR_MIB:
                missed.append(f"{kind}: {max(peaks):,.0f} MiB, and {BAR_MIB:,} may be")
    for miss in missed:
        print(f"missed: {miss}")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    generate(sys.argv[2], int(sys.argv[3])) if sys.argv[1] == "generate" else main()
