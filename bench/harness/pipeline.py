"""Makes the model of `one-row`: a scikit-learn pipeline with an encoder, logged by the stock `mlflow` client.

Usage: python pipeline.py URL NAME FOLDER. Registers it as NAME with the server and prints where in FOLDER its files are.
A program of its own, so that mlflow is in no process that measures.
"""

from __future__ import annotations

import pathlib
import sys

import mlflow
import numpy as np
import pandas as pd
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, Schema, TensorSpec
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OrdinalEncoder

SIGNATURE = ModelSignature(
    inputs=Schema([ColSpec("long", "hour"), ColSpec("string", "origin"), ColSpec("double", "distance"), ColSpec("double", "temp")]),
    outputs=Schema([TensorSpec(np.dtype("float64"), (-1, 2))]),
)


def train() -> Pipeline:
    random = np.random.default_rng(1)
    rows = pd.DataFrame(
        {
            "hour": random.integers(0, 24, 500),
            "origin": random.choice(["EWR", "JFK", "LGA"], 500),
            "distance": random.uniform(100, 3000, 500),
            "temp": random.normal(50, 20, 500),
        }
    )
    encode = ColumnTransformer([("text", OrdinalEncoder(), ["origin"])], remainder="passthrough")
    return Pipeline([("encode", encode), ("fit", LogisticRegression(max_iter=1000))]).fit(rows, rows["hour"] > 12)


def main(url: str, name: str, folder: pathlib.Path) -> None:
    mlflow.set_tracking_uri(url)
    mlflow.set_registry_uri(url)
    with mlflow.start_run():
        logged = mlflow.sklearn.log_model(
            train(), name="model", signature=SIGNATURE, pyfunc_predict_fn="predict_proba", pip_requirements=["mlflow", "scikit-learn"]
        )
    version = mlflow.register_model(logged.model_uri, name).version
    folder.mkdir(parents=True)
    print(mlflow.artifacts.download_artifacts(f"models:/{name}/{version}", dst_path=str(folder)))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]))
