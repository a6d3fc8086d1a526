import Basics

/// JSON Schema (draft 2020-12) of the project file, so that editors complete it and mark mistakes.
///
/// The server publishes it at `/api/v1/schema/project`; `docs/project.schema.json` is the same, and a test compares them.
enum ProjectSchema {
    static let document: JSON = [
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "martlet:project",
        "title": "Martlet project",
        "description": "What a team declares in its martlet.yaml.",
        "type": "object",
        "required": ["project"],
        "additionalProperties": false,
        "properties": [
            "project": described(name, "The project's name."),
            "objective": objective,
            "datasets": named(dataset, "Datasets by name."),
            "pipelines": named(pipeline, "Pipelines by name."),
            "models": named(model, "Models by name."),
            "notifications": ["type": "array", "items": notification, "description": "Where events are sent to."],
        ],
    ]

    private static let name: JSON = ["type": "string", "pattern": #"^\w[\w.-]{0,99}$"#]
    private static let text: JSON = ["type": "string"]
    private static let number: JSON = ["type": "number"]
    private static let whole: JSON = ["type": "integer", "minimum": 0]
    private static let share: JSON = ["type": "number", "minimum": 0, "maximum": 1]
    private static let duration: JSON = [
        "type": ["string", "number"], "pattern": #"^[0-9.]+(ms|s|m|h|d|w)?$"#,
        "description": "Such as 90s, 15m, 1h or 14d.",
    ]
    private static let size: JSON = [
        "type": ["string", "integer"], "pattern": "^[0-9]+([kMGT]|[KMGT]i)?$", "description": "Such as 512Mi or 4Gi.",
    ]
    private static let output: JSON = [
        "type": "string", "pattern": #"^steps\.[^.]+\.[^.]+$"#, "description": "An output: steps.STEP.OUTPUT.",
    ]
    private static let metric: JSON = [
        "enum": ["auroc", "average_precision", "log_loss", "brier", "accuracy", "rmse", "mae"],
        "description": "A metric.",
    ]

    private static let objective = object(
        [
            "use_case": described(text, "What the model decides."),
            "risk": ["enum": ["minimal", "limited", "high"], "description": "The class after the EU AI Act."],
            "success": object(["metric": metric, "at_least": number, "at_most": number], required: ["metric"]),
        ]
    )

    private static let dataset = object(
        [
            "source": described(text, "A file or glob in the project's folder."), "description": text, "owner": text,
            "time": described(text, "The column of event time."),
            "checks": [
                "type": "array", "items": check,
                "description": "What every version must keep; else it waits for a person.",
            ],
        ]
    )

    private static let check = object(
        [
            "column": text, "type": ["enum": ["double", "float", "long", "integer", "boolean", "string", "datetime"]],
            "min": ["type": ["number", "string"]], "max": ["type": ["number", "string"]],
            "nulls": described(share, "The largest share of nulls."), "values": ["type": "array"],
            "unique": ["type": "boolean"],
            "pattern": text, "rows": object(["min": whole, "max": whole]), "personal_data": ["enum": ["forbid"]],
            "schema": ["type": ["string", "object"]],
        ]
    )

    private static let pipeline = object(
        ["description": text, "on": ["type": "array", "items": trigger], "steps": named(step, "Steps by name.")],
        required: ["steps"]
    )

    private static let trigger = object(
        [
            "schedule": described(text, "A cron line, UTC."), "dataset": name, "alert": name, "event": text,
            "git": text, "cooldown": duration,
        ])

    private static let step = object(
        [
            "uses": described(text, "A Python function: module.function."),
            "run": described(text, "A command; no shell."),
            "model": described(name, "Register a model of this name."), "from": output,
            "inputs": [
                "type": "object",
                "additionalProperties": ["type": "string", "pattern": #"^(dataset:.+|steps\.[^.]+\.[^.]+)$"#],
            ],
            "outputs": ["type": "array", "items": name], "params": ["type": "object"],
            "after": ["type": ["array", "string"]],
            "resources": object(["cpu": number, "memory": size, "gpu": whole]), "retries": whole, "timeout": duration,
            "cache": ["type": "boolean"],
        ]
    )

    private static let model = object(
        ["description": text, "promote": promote, "deploy": deploy, "monitor": monitor])

    private static let promote = object(
        [
            "holdout": output, "label": text,
            "compare": object(
                ["metric": metric, "better_than": ["enum": ["champion"]], "confidence": share, "replicates": whole],
                required: ["metric"]
            ),
            "require": [
                "type": "array",
                "items": object(
                    [
                        "metric": metric, "at_least": number, "at_most": number, "latency_p99_ms": number,
                        "plausibility": object([
                            "score": ["type": "array", "items": number, "minItems": 2, "maxItems": 2]
                        ]),
                    ]),
            ],
            "fairness": [
                "type": "array",
                "items": object(
                    [
                        "group": text,
                        "measure": ["enum": ["equal_opportunity_difference", "demographic_parity_difference"]],
                        "threshold": number, "at_most": number, "min_positives": whole,
                    ],
                    required: ["group", "measure", "at_most"]
                ),
            ],
            "approval": described(text, "none, or the role that must sign."),
        ],
        required: ["holdout", "label"]
    )

    private static let deploy: JSON = [
        "type": ["object", "null"], "additionalProperties": false,
        "properties": [
            "runtime": ["enum": ["auto", "python"]], "workers": whole,
            "key": described(text, "The column that names a row."),
            "time": described(text, "The column of a row's event time."), "timeout": duration, "max_queue": whole,
            "memory": size,
            "threads": whole,
        ],
    ]

    private static let levels = object(["warn": number, "alert": number])

    private static let monitor = object(
        [
            "window": duration, "reference": output,
            "drift": object(
                [
                    "measure": ["enum": ["psi", "js"]], "warn": number, "alert": number,
                    "features": ["type": "array", "items": text],
                    "minimum": whole,
                ]),
            "quality": object(
                [
                    "metric": metric, "alert_below": number, "alert_above": number, "minimum": whole,
                    "actuals_within": duration,
                    "warn": number,
                ]),
            "nulls": levels, "out_of_range": levels,
            "plausible": ["type": "array", "items": number, "minItems": 2, "maxItems": 2],
            "close_after": whole, "on_alert": object(["run": name, "cooldown": duration]),
        ]
    )

    private static let notification = object(
        ["webhook": text, "events": ["type": "array", "items": text], "secret_env": text],
        required: ["webhook", "events"]
    )

    private static func described(_ schema: JSON, _ sentence: String) -> JSON {
        var schema = schema
        schema["description"] = .string(sentence)
        return schema
    }

    private static func named(_ schema: JSON, _ sentence: String) -> JSON {
        ["type": "object", "propertyNames": name, "additionalProperties": schema, "description": .string(sentence)]
    }

    private static func object(_ properties: JSON, required: JSON? = nil) -> JSON {
        var schema: JSON = ["type": "object", "additionalProperties": false, "properties": properties]
        if let required { schema["required"] = required }
        return schema
    }
}
