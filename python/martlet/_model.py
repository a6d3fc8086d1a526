"""A loaded `mlflow.pyfunc` model, asked with columns and answering with arrays."""

import inspect
import json

import mlflow.pyfunc
import numpy as np
import pandas as pd
from mlflow.exceptions import MlflowException

# MLflow's column types that the server checks itself and sends as columns.
ARRAYS = {
    "double": np.dtype("<f8"),
    "float": np.dtype("<f4"),
    "long": np.dtype("<i8"),
    "integer": np.dtype("<i4"),
    "boolean": np.dtype("?"),
    "datetime": np.dtype("<i8"),
}
SIMPLE = {*ARRAYS, "string"}
# What this pandas makes of a column of texts: its own type from version 3 on, Python objects before.
TEXT = pd.Series(["a"]).dtype
# One value of each type for a row that warms a model without an example.
SAMPLE = {"double": 1.0, "float": 1.0, "long": 1, "integer": 1, "boolean": True, "datetime": 0, "string": "a"}


class ClientError(Exception):
    """The request is wrong, not the model."""


class Model:
    """Loads a model, finds out how it can be called fastest with the same result, and calls it once to warm it."""

    def __init__(self, path: str, threads: int = 1):
        if threads != 1:
            try:
                import threadpoolctl

                self._threads = threadpoolctl.threadpool_limits(threads)
            except ImportError:
                pass
        # The path of the folder is the model's address; the dependencies were checked where the environment was made.
        self.model = mlflow.pyfunc.load_model(path, suppress_warnings=True)
        metadata = self.model.metadata
        self.signature = metadata.signature
        self.inputs = _columns(self.signature.inputs if self.signature else None)
        self.params_schema = metadata.get_params_schema()
        self.direct = self._direct_call()
        self.answer = None
        self.warning = self._warm(path)

    def describe(self) -> dict:
        """What the server must know: columns (or none, for a model that takes what MLflow's own parser makes of it)."""
        metadata = self.model.metadata
        signature = self.signature.to_dict() if self.signature else {}
        return {
            "columns": self.inputs,
            "signature": {key: json.loads(value) for key, value in signature.items() if value},
            "loader": self.model.loader_module,
            "flavors": sorted(metadata.flavors or {}),
            "direct": self.direct is not None,
            "answer": self.answer,
            "warning": self.warning,
        }

    def predict(self, header: dict, payload: bytearray) -> tuple[dict, list]:
        """Answers columns with columns."""
        frame = frame_of(header, payload)
        return outputs_of(self._call(frame, header.get("params") or None))

    def predict_form(self, header: dict, payload: bytearray) -> tuple[dict, list]:
        """Answers one of MLflow's JSON forms, read by MLflow's own parser: tensors, nested types, no signature at all."""
        from mlflow.pyfunc.scoring_server import infer_and_parse_data

        schema = self.signature.inputs if self.signature else None
        try:
            data = infer_and_parse_data(json.loads(payload), schema)
        except MlflowException as error:
            raise ClientError(error.message) from error
        try:
            return outputs_of(self.model.predict(data, params=header.get("params") or None))
        except MlflowException as error:
            raise ClientError(error.message) from error
        except (TypeError, ValueError, KeyError, IndexError) as error:
            # Nothing has checked the values before the model did, so they are the likeliest cause.
            raise ClientError(f"the model refused the input: {type(error).__name__}: {error}") from error

    def _call(self, frame: pd.DataFrame, params: dict | None):
        if self.direct is not None:
            return self.direct(frame, params)
        try:
            return self.model.predict(frame, params=params)
        except MlflowException as error:
            raise ClientError(error.message) from error
        except (TypeError, ValueError, KeyError, IndexError) as error:
            if self.inputs:
                raise
            raise ClientError(f"the model refused the input: {type(error).__name__}: {error}") from error

    def _direct_call(self):
        """The model's own function, where MLflow's enforcement of the signature changes nothing in the frames we build.

        Enforcement costs more than a small model; the server has checked names, types and nulls before. Where anything
        is in doubt (another MLflow, a signature from type hints, a frame that comes out different) there is None, and
        every call goes through `PyFuncModel.predict`.
        """
        try:
            from mlflow.models.utils import _enforce_params_schema, _enforce_schema

            metadata = self.model.metadata
            if not self.inputs or metadata._is_signature_from_type_hint() or metadata._is_type_hint_from_example():
                return None
            for nulls in (False, True):
                frame = _sample(self.inputs, nulls)
                enforced = _enforce_schema(frame, self.signature.inputs, self.model.loader_module)
                if list(enforced.columns) != list(frame.columns) or list(enforced.dtypes) != list(frame.dtypes):
                    return None
                pd.testing.assert_frame_equal(enforced, frame)
            function = self.model._predict_fn
            argument = inspect.signature(function).parameters.get("params")
            takes_params = bool(argument) and argument.kind != inspect.Parameter.VAR_KEYWORD
        except Exception:
            return None

        schema = self.params_schema

        def call(frame, params):
            if params or schema is not None:
                try:
                    params = _enforce_params_schema(params, schema)
                except MlflowException as error:
                    raise ClientError(error.message) from error
            return function(frame, params=params) if takes_params else function(frame)

        return call

    def _warm(self, path: str) -> str | None:
        """Calls the model once, so that the first request does not pay for lazy imports.

        A model that fails on the example that it was logged with would fail its callers too, and is refused. One that
        fails on a made-up row may well be right to.
        """
        example = getattr(self.model, "input_example", None)
        if isinstance(example, pd.DataFrame) and self.inputs:
            names = [column["name"] for column in self.inputs]
            if set(example.columns) == set(names):
                self.answer = outputs_of(self.model.predict(example.head(2)))[0]
                return None
        try:
            if self.inputs:
                self.answer = outputs_of(self._call(_sample(self.inputs, False), None))[0]
            elif example is not None:
                self.model.predict(example)
        except Exception as error:
            return f"a made-up row was refused: {type(error).__name__}: {error}"[:500]
        return None


def frame_of(header: dict, payload: bytearray) -> pd.DataFrame:
    """The request's columns as a data frame with exactly the signature's types."""
    rows = header["rows"]
    view = memoryview(payload)
    columns = {}
    for column in header["columns"]:
        kind, offset, length = column["type"], column["offset"], column["length"]
        dtype = ARRAYS.get(kind)
        if dtype is None:
            values = json.loads(bytes(view[offset : offset + length]))
            columns[column["name"]] = pd.Series(values, dtype=TEXT if kind == "string" else object)
            continue
        values = np.frombuffer(payload, dtype=dtype, count=rows, offset=offset)
        if kind == "datetime":
            values = values.astype("datetime64[ms]").astype("datetime64[ns]")
        columns[column["name"]] = values
    frame = pd.DataFrame(columns, copy=False)
    if len(frame) != rows:
        raise ClientError(f"{len(frame)} rows came where {rows} were announced")
    return frame


def outputs_of(result) -> tuple[dict, list]:
    """What a model answered, as named arrays where it can be, else as JSON in MLflow's form."""
    if isinstance(result, pd.DataFrame):
        columns = [(str(name), result[name].to_numpy()) for name in result.columns]
        if len(set(name for name, _ in columns)) == len(columns) and all(_is_plain(values) for _, values in columns):
            return _arrays("frame", len(result), columns)
    elif isinstance(result, pd.Series):
        values = result.to_numpy()
        if _is_plain(values):
            name = "0" if result.name is None else str(result.name)
            return _arrays("frame", len(result), [(name, values)])
    elif isinstance(result, np.ndarray) and _is_table(result):
        return _arrays("array", result.shape[0], [("predictions", result)])
    elif isinstance(result, list) and result and all(type(value) in (str, float, int, bool) for value in result):
        values = np.array(result)
        if all(type(value) is type(result[0]) for value in result) and _is_plain(values):
            return _arrays("array", len(result), [("predictions", values)])
    from mlflow.utils.proto_json_utils import NumpyEncoder, _get_jsonable_obj

    plain = _get_jsonable_obj(result, pandas_orient="records")
    text = json.dumps(plain, cls=NumpyEncoder).encode()
    rows = len(plain) if isinstance(plain, list) else 1
    return {"kind": "json", "rows": rows, "outputs": []}, [text]


def _arrays(kind: str, rows: int, columns: list) -> tuple[dict, list]:
    outputs, pieces, at = [], [], 0
    for name, values in columns:
        if values.dtype.kind in "OUT" or isinstance(values.dtype, pd.StringDtype):
            dtype, piece = "string", json.dumps(values.tolist()).encode()
        else:
            dtype, values = _numeric(values)
            piece = np.ascontiguousarray(values).tobytes()
        outputs.append({"name": name, "dtype": dtype, "shape": list(values.shape), "offset": at, "length": len(piece)})
        pieces.append(piece)
        at += len(piece)
        if padding := -at % 8:
            pieces.append(bytes(padding))
            at += padding
    return {"kind": kind, "rows": rows, "outputs": outputs}, pieces


def _numeric(values: np.ndarray) -> tuple[str, np.ndarray]:
    kind, size = values.dtype.kind, values.dtype.itemsize
    if kind == "b":
        return "boolean", values
    if kind == "f":
        return ("float", values.astype("<f4")) if size <= 4 else ("double", values.astype("<f8"))
    return ("integer", values.astype("<i4")) if size <= 4 and values.dtype != np.uint32 else ("long", values.astype("<i8"))


def _is_table(values: np.ndarray) -> bool:
    """Whether the values are one, or a few, a row."""
    return (values.ndim == 1 or (values.ndim == 2 and values.shape[1] <= 4096)) and _is_plain(values)


def _is_plain(values) -> bool:
    kind = getattr(values.dtype, "kind", None)
    if kind in "bif" or (kind == "u" and values.dtype != np.uint64):
        return values.dtype.itemsize <= 8
    if kind == "U" or isinstance(values.dtype, pd.StringDtype):
        return values.ndim == 1
    return kind == "O" and values.ndim == 1 and all(isinstance(value, str) for value in values)


def _columns(schema) -> list | None:
    """The signature's columns where each has a name and a simple type; None where MLflow's own parser is needed."""
    if schema is None or schema.is_tensor_spec() or not schema.has_input_names():
        return None
    columns = []
    for spec in schema.inputs:
        kind = getattr(spec.type, "name", None)
        if kind not in SIMPLE:
            return None
        columns.append({"name": spec.name, "type": kind, "required": bool(spec.required)})
    return columns


def _sample(columns: list, nulls: bool) -> pd.DataFrame:
    """Two rows of the columns' types, built as requests are; with nulls wherever a request may have them."""
    header, pieces, at = [], [], 0
    for column in columns:
        kind = column["type"]
        optional = nulls and not column["required"]
        if kind == "string":
            piece = json.dumps(["a", None if optional else "b"]).encode()
        else:
            values = np.array([SAMPLE[kind]] * 2, dtype=ARRAYS[kind])
            if optional and kind in ("double", "float"):
                values[1] = np.nan
            if optional and kind == "datetime":
                values[1] = np.iinfo(np.int64).min
            piece = values.tobytes()
        header.append({"name": column["name"], "type": kind, "offset": at, "length": len(piece)})
        piece += bytes(-len(piece) % 8)
        pieces.append(piece)
        at += len(piece)
    return frame_of({"rows": 2, "columns": header}, bytearray(b"".join(pieces)))
