"""Landing a large CSV file beside Polars' own streaming CSV-to-Parquet (zstd) of the same file.

Prints, for each round, what both took, and at the end the ratio of their medians. Of the landing, the copy into raw is not
counted: the program writes into its log how long that took. Exits with 1 where a bar is missed.
"""

import os
import pathlib
import random
import re
import statistics
import subprocess
import sys
import tempfile

from measured import measured

BAR_RATIO = 2.0
BAR_MIB = 600

CONTRACT = """
[workspace]
name = "Landing"
timezone = "UTC"

[[dataset]]
name = "sales"
period = "month"
key = ["id"]
date = "sold_on"
schema = { id = "int", sold_on = "date", supplier = "string", category = "string", quantity = "int", amount = "decimal(12,2)", note = "string" }

[[dataset.provider]]
name = "big"
source = { kind = "inbox", pattern = "{period}.csv" }
since = "2026-10"
"""

PEER = """
import sys
import polars as pl
pl.scan_csv(sys.argv[1]).sink_parquet(sys.argv[2], compression="zstd")
"""


def generate(path, size):
    """Sales with plain, quoted and empty cells, as much as `size` bytes."""
    rng = random.Random(7)
    words = ["Heinz", "beans", "oat milk", "1L", "400g", "tea, black", "cup", "box of 12", "Ltd", "north", "caf\u00e9"]
    rests = []
    for _ in range(200_000):
        note = " ".join(rng.choices(words, k=rng.randint(2, 9)))
        note = f'"{note}"' if "," in note or rng.random() < 0.1 else note
        supplier = f"Supplier no {rng.randint(1, 4000)}"
        amount = f"{rng.randint(-500, 90000)}.{rng.randint(0, 99):02}"
        quantity = "" if rng.random() < 0.05 else str(rng.randint(1, 40))
        rests.append(f"2026-10-{rng.randint(1, 31):02},{supplier},{rng.choice('ABCDEF')},{quantity},{amount},{note}\n")
    number = 0
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write("id,sold_on,supplier,category,quantity,amount,note\n")
        while file.tell() < size:
            file.write("".join(f"{number + index},{rest}" for index, rest in enumerate(rests)))
            number += len(rests)
    return number


def land(assay, folder, csv):
    """Lands the file in a new workspace: seconds without the copy into raw, of that copy, and the most memory."""
    root = pathlib.Path(tempfile.mkdtemp(dir=folder))
    (root / "assay.toml").write_text(CONTRACT)
    environment = {"ASSAY_USER": "bench", "HOME": str(root), "PATH": os.environ["PATH"]}
    measured([assay, "--workspace", root, "contract", "apply", "--reason", "a bench"], env=environment)
    inbox = root / "inbox/big"
    inbox.mkdir(parents=True, exist_ok=True)
    os.link(csv, inbox / "2026-10.csv")
    took, peak = measured([assay, "--workspace", root, "ingest"], env=environment)
    log = "".join(path.read_text() for path in (root / "logs").iterdir())
    copied = sum(int(number) for number in re.findall(r"kept verbatim.*milliseconds=(\d+)", log)) / 1000
    subprocess.run(["rm", "-rf", root], check=True)
    return took - copied, copied, peak


def main():
    assay, gigabytes, rounds = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
    with tempfile.TemporaryDirectory() as folder:
        csv = pathlib.Path(folder) / "big.csv"
        rows = generate(csv, gigabytes * 1e9)
        print(f"{csv.stat().st_size / 1e9:.2f} GB, {rows:,} rows")
        ours, theirs, peaks = [], [], []
        for number in range(rounds):
            peer, peer_peak = measured([sys.executable, "-c", PEER, csv, pathlib.Path(folder) / "peer.parquet"])
            landed, copied, peak = land(assay, folder, csv)
            ours.append(landed)
            theirs.append(peer)
            peaks.append(peak)
            print(
                f"round {number + 1}: landing {landed:.1f} s (and {copied:.1f} s for the copy into raw), {peak:.0f} MiB; "
                f"Polars {peer:.1f} s, {peer_peak:.0f} MiB; ratio {landed / peer:.2f}",
                flush=True,
            )
    ratio = statistics.median(ours) / statistics.median(theirs)
    print(f"ratio of the medians {ratio:.2f} (bar {BAR_RATIO}), most memory {max(peaks):.0f} MiB (bar {BAR_MIB})")
    sys.exit(0 if ratio <= BAR_RATIO and max(peaks) < BAR_MIB else 1)


main()
