"""Fit the model: raw rows in, one probability of being late out. Plain mlflow and scikit-learn.

Run by the step `fit` as `python train.py`, or by hand:

    MLFLOW_TRACKING_URI=http://127.0.0.1:7750 python train.py TRAIN.parquet
"""

import json
import os
import sys
from importlib.metadata import version
from pathlib import Path

# A training step has nothing to tell the outside world, and need not wait for it.
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
# The step asks for one core. Threads that wait for each other on a core that is busy make it slower, not faster.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import mlflow
import mlflow.sklearn
import numpy as np
import pandas as pd
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, Schema, TensorSpec
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OrdinalEncoder

CALENDAR = ["hour", "dayofweek", "distance"]
TEXT = ["origin", "carrier"]
# May be missing: an hour without an observation, an hour in which nothing left. The trees take that as it is.
MEASURED = ["temp", "dewp", "humid", "wind_speed", "precip", "pressure", "visib", "origin_delay"]
FEATURES = CALENDAR + TEXT + MEASURED
LABEL = "late"

SIGNATURE = ModelSignature(
    inputs=Schema(
        [ColSpec("long", name) for name in CALENDAR]
        + [ColSpec("string", name) for name in TEXT]
        + [ColSpec("double", name, required=False) for name in MEASURED]
    ),
    outputs=Schema([TensorSpec(np.dtype("float64"), (-1, 2))]),  # the probabilities of being on time and late
)

# What the model needs where it is served, at the versions it was trained with.
REQUIREMENTS = [f"{name}=={version(name)}" for name in ("mlflow", "scikit-learn", "pandas", "numpy")]


def main() -> None:
    train, output, parameters = step()
    flights = pd.read_parquet(train, columns=[*FEATURES, LABEL])
    rows, late = flights[FEATURES], flights[LABEL]

    settings = {"max_iter": 150, "learning_rate": 0.1, "max_leaf_nodes": 31, "random_state": 0} | parameters
    model = Pipeline(
        [
            # A carrier that was never seen gets a code of its own, so that it is no reason to fail.
            ("encode", ColumnTransformer(
                [("text", OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), TEXT)],
                remainder="passthrough",
            )),
            ("trees", HistGradientBoostingClassifier(**settings, early_stopping=False)),
        ]
    )  # fmt: skip
    model.fit(rows, late)

    # How it learned, on a sample: every tenth of the boosting's stages. One call logs all points.
    sample = rows.sample(min(5000, len(rows)), random_state=0)
    truth = late[sample.index]
    stages = model["trees"].staged_predict_proba(model["encode"].transform(sample))
    curve = {stage: log_loss(truth, odds) for stage, odds in enumerate(stages, start=1) if stage % 10 == 0}
    score = roc_auc_score(truth, model.predict_proba(sample)[:, 1])

    with mlflow.start_run() as run:  # MLFLOW_RUN_ID names the step's own run, where there is one
        mlflow.log_params({**settings, "rows": len(rows), "late_share": round(float(late.mean()), 4)})
        now = int(run.info.start_time)
        points = [mlflow.entities.Metric("train_log_loss", loss, now, stage) for stage, loss in curve.items()]
        points.append(mlflow.entities.Metric("train_auroc", score, now, 0))
        mlflow.MlflowClient().log_batch(run.info.run_id, metrics=points)
        logged = mlflow.sklearn.log_model(
            model,
            name="model",
            signature=SIGNATURE,
            input_example=rows.head(3),
            pyfunc_predict_fn="predict_proba",
            pip_requirements=REQUIREMENTS,
            # Saved by skops, not pickled: loading it runs no code. This is the one type in it that skops does not
            # trust by itself, since its numbers index memory unchecked: a forged model could crash its process.
            skops_trusted_types=["sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor"],
        )
    if output:
        Path(output).write_text(logged.model_uri + "\n")
    print(f"{len(rows):,} flights, {late.mean():.1%} late: {logged.model_uri}")


def step() -> tuple[str, str | None, dict]:
    """The training file, where to write the model's address, and the parameters: from the step's file or by hand."""
    if path := os.environ.get("MARTLET_STEP"):
        told = json.loads(Path(path).read_text())
        return told["inputs"]["train"]["path"], told["outputs"]["model"], told["params"]
    if len(sys.argv) != 2:
        sys.exit("usage: python train.py TRAIN.parquet")
    return sys.argv[1], None, {}


if __name__ == "__main__":
    main()
