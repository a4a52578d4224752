"""Fills an MLflow tracking server with what a test expects of its registry, and prints as JSON what can't be known before.

usage: python mlflow_fill.py ADDRESS FOLDER
  FOLDER: where runs keep their files that the server does not keep in its own store

Two models: `slips` with more versions than fit on one page, and `tastes` with one version of every sort of source. A prompt
lies beside them.
"""

import json
import logging
import math
import sys
import tempfile
import warnings
from pathlib import Path

from mlflow import MlflowClient
from mlflow.entities import Metric, Param

# More than one page of versions: assay asks for 200 at a time.
VERSIONS = 210

MODEL = """# Terms that a lexicon finds.
[[term]]
text = "süß"
label = "TASTE"

[[term]]
text = "milk"
label = "TASTE"
"""


def write(folder, name, text):
    path = Path(folder, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def run_of(client, experiment, user):
    run = client.create_run(experiment, tags={"mlflow.user": user})
    # The last value counts, and what is no number is no metric.
    metrics = [Metric("f1", 0.5, 1, 0), Metric("f1", 0.75, 2, 1), Metric("loss", math.nan, 1, 0)]
    metrics += [Metric("worst", math.inf, 1, 0), Metric("errors", 0, 1, 0)]
    client.log_batch(run.info.run_id, metrics=metrics, params=[Param("epochs", "10"), Param("note", "größer = besser")])
    return run


def fill_slips(client, experiment):
    """Many versions of one run, which lies elsewhere."""
    run = run_of(client, experiment, "mira")
    client.create_registered_model("slips", tags={"team": "data", "empty": ""}, description="Reads slips & bills.")
    for _ in range(VERSIONS):
        client.create_model_version("slips", "s3://bucket/slips", run_id=run.info.run_id, await_creation_for=None)
    client.transition_model_version_stage("slips", "2", "Production")
    client.set_registered_model_alias("slips", "production", "2")
    client.set_registered_model_alias("slips", "champion", str(VERSIONS))
    client.delete_model_version("slips", "5")
    return {"run": run.info.run_id}


def fill_tastes(client, experiment, folder_of_runs):
    """One version of every sort of source."""
    client.create_registered_model("tastes")

    # A folder of the run.
    run = run_of(client, experiment, "ravi")
    with tempfile.TemporaryDirectory() as folder:
        write(folder, "model.toml", MODEL)
        write(folder, "below/deeper/a b ü+&=.txt", "deep\n")
        write(folder, "empty.bin", "")
        client.log_artifacts(run.info.run_id, folder, "taste model")
        client.log_artifact(run.info.run_id, str(Path(folder, "empty.bin")), "beside")
    artifacts = f"{run.info.artifact_uri}/taste model"
    first = client.create_model_version(
        "tastes", artifacts, run_id=run.info.run_id, tags={"language": "de"}, description="The first."
    )
    client.set_model_version_tag("tastes", first.version, "checked", "yes")

    # The same by the name of the run.
    by_run = client.create_model_version("tastes", f"runs:/{run.info.run_id}/taste model", run_id=run.info.run_id)

    # A model that was logged by itself.
    model = client.create_logged_model(experiment, name="logged", source_run_id=run.info.run_id)
    with tempfile.TemporaryDirectory() as folder:
        write(folder, "model.toml", MODEL)
        write(folder, "deep/words.txt", "cola\n")
        client.log_model_artifacts(model.model_id, folder)
    client.finalize_logged_model(model.model_id, "READY")
    logged = client.create_model_version("tastes", f"models:/{model.model_id}", model_id=model.model_id)

    # Of a run that is deleted.
    gone = run_of(client, experiment, "nora")
    with tempfile.TemporaryDirectory() as folder:
        write(folder, "model.toml", MODEL)
        client.log_artifacts(gone.info.run_id, folder, "model")
    orphan = client.create_model_version("tastes", f"{gone.info.artifact_uri}/model", run_id=gone.info.run_id)
    client.delete_run(gone.info.run_id)

    # One that declares a program.
    program = client.create_run(experiment)
    with tempfile.TemporaryDirectory() as folder:
        write(folder, "model.toml", 'kind = "command"\ncommand = ["touch", "/tmp/assay-was-here"]\n')
        client.log_artifacts(program.info.run_id, folder, "model")
    declared = client.create_model_version("tastes", f"{program.info.artifact_uri}/model", run_id=program.info.run_id)

    # Of a run that nobody here knows.
    unknown = client.create_model_version("tastes", "s3://bucket/unknown", run_id="0" * 32)

    # A folder of a run whose files lie in a place of their own.
    apart = client.create_run(client.create_experiment("apart", artifact_location=folder_of_runs))
    with tempfile.TemporaryDirectory() as folder:
        write(folder, "model.toml", MODEL)
        client.log_artifacts(apart.info.run_id, folder, "model")
    filed = client.create_model_version("tastes", f"{apart.info.artifact_uri}/model", run_id=apart.info.run_id)

    # Somewhere else.
    elsewhere = {
        source: client.create_model_version("tastes", source).version for source in ["s3://bucket/taste", "dbfs:/taste"]
    }
    client.set_registered_model_alias("tastes", "champion", first.version)
    return {
        "run": run.info.run_id,
        "gone": gone.info.run_id,
        "model": model.model_id,
        "folder": first.version,
        "by_run": by_run.version,
        "logged": logged.version,
        "orphan": orphan.version,
        "unknown": unknown.version,
        "filed": filed.version,
        "declared": declared.version,
        "elsewhere": elsewhere,
        "content": MODEL,
    }


def main():
    logging.getLogger("mlflow").setLevel(logging.ERROR)
    # Stages are on their way out, and still there.
    warnings.simplefilter("ignore", FutureWarning)
    address, folder_of_runs = sys.argv[1:]
    client = MlflowClient(tracking_uri=address, registry_uri=address)
    experiment = client.create_experiment("assay")
    client.register_prompt("hello", "Say {{ what }}.")
    made = {
        "slips": fill_slips(client, experiment),
        "tastes": fill_tastes(client, experiment, folder_of_runs),
        "versions": VERSIONS,
    }
    print(json.dumps(made))
    return 0


if __name__ == "__main__":
    sys.exit(main())
