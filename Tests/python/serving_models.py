"""Makes the models that the tests of serving deploy. Usage: python serving_models.py FOLDER"""

import os
import sys
from pathlib import Path

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"

import mlflow
import numpy as np
import pandas as pd
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, ParamSchema, ParamSpec, Schema, TensorSpec

# One model does all mischief, each kind asked for by a value of x.
CODE = """
import os
import time
import mlflow
import numpy as np

class Tricky(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        x = model_input["x"].to_numpy()
        if (x == 666).any():
            os._exit(1)
        if (x == 777).any():
            time.sleep(600)
        if (x == 444).any():
            self.held = bytearray(b"x") * (900 << 20)
            time.sleep(600)
        if (x == 555).any():
            raise ValueError("this model does not like 555")
        if (x == 333).any():
            return np.zeros(len(x) + 1)
        factor = FACTOR * (params or {}).get("scale", 1.0)
        return np.where(x == 999, np.nan, x * factor)

mlflow.models.set_model(Tricky())
"""
BROKEN = """
import mlflow
raise RuntimeError("this model cannot be loaded")
"""


def main(folder: Path) -> None:
    signature = ModelSignature(
        inputs=Schema([ColSpec("double", "x"), ColSpec("string", "note", required=False)]),
        outputs=Schema([TensorSpec(np.dtype("float64"), (-1,))]),
        params=ParamSchema([ParamSpec("scale", "double", 1.0)]),
    )
    for version, factor in ((1, 10), (2, 20)):
        code = folder / f"tricky{version}.py"
        code.write_text(CODE.replace("FACTOR", str(factor)))
        mlflow.pyfunc.save_model(
            folder / f"tricky-{version}", python_model=str(code), signature=signature, pip_requirements=["mlflow"]
        )
    code = folder / "broken.py"
    code.write_text(CODE.replace("FACTOR", "1"))
    mlflow.pyfunc.save_model(folder / "tricky-3", python_model=str(code), signature=signature, pip_requirements=["mlflow"])
    for stored in (folder / "tricky-3").rglob("broken.py"):
        stored.write_text(BROKEN)

    from sklearn.linear_model import LogisticRegression

    rows = pd.DataFrame({"a": np.arange(20, dtype="int64"), "b": np.linspace(0, 1, 20)})
    model = LogisticRegression().fit(rows, rows["a"] > 9)
    mlflow.sklearn.save_model(
        model,
        folder / "sklearn-1",
        signature=ModelSignature(
            inputs=Schema([ColSpec("long", "a"), ColSpec("double", "b")]),
            outputs=Schema([TensorSpec(np.dtype("float64"), (-1, 2))]),
        ),
        input_example=rows.head(2),
        pyfunc_predict_fn="predict_proba",
        pip_requirements=["mlflow", "scikit-learn"],
        skops_trusted_types=[],
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
