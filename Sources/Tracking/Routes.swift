import Basics
public import Web

extension Tracking {
    /// The tracking room's part of MLflow's protocol, under every path that clients and pages use.
    public func routes() -> [RouteGroup] {
        let prefixes = [
            "/api/2.0/mlflow", "/api/3.0/mlflow", "/ajax-api/2.0/mlflow", "/ajax-api/3.0/mlflow", "/get-artifact",
            "/model-versions",
        ]
        return [RouteGroup("mlflow tracking", envelope: .mlflow, prefixes: prefixes, table)]
    }

    private var table: [Route] {
        let (experiments, runs) = (ExperimentRoutes(tracking: self), RunRoutes(tracking: self))
        let (models, artifacts) = (LoggedModelRoutes(tracking: self), ArtifactRoutes(tracking: self))
        let server = ServerRoutes()
        return MLflowPath.both("mlflow/experiments") { path in
            [
                Route(.post, path("/create"), .writer, "Create an experiment", handler: experiments.create),
                Route(.get, path("/get"), .reader, "An experiment", handler: experiments.get),
                Route(.get, path("/get-by-name"), .reader, "An experiment by name", handler: experiments.getByName),
                Route(.get, path("/search"), .reader, "Search experiments", handler: experiments.search),
                Route(.post, path("/search"), .reader, "Search experiments", handler: experiments.search),
                Route(.post, path("/update"), .writer, "Rename an experiment", handler: experiments.update),
                Route(.post, path("/delete"), .writer, "Delete an experiment", handler: experiments.delete),
                Route(.post, path("/restore"), .writer, "Restore an experiment", handler: experiments.restore),
                Route(.post, path("/set-experiment-tag"), .writer, "Set a tag", handler: experiments.setTag),
                Route(.post, path("/delete-experiment-tag"), .writer, "Delete a tag", handler: experiments.deleteTag),
                Route(.post, path("/search-datasets"), .reader, "Datasets in use", handler: experiments.datasets),
            ]
        }
            + MLflowPath.both("mlflow/runs") { path in
                [
                    Route(.post, path("/create"), .writer, "Start a run", handler: runs.create),
                    Route(.get, path("/get"), .reader, "A run", handler: runs.get),
                    Route(.post, path("/update"), .writer, "Change a run", handler: runs.update),
                    Route(.post, path("/delete"), .writer, "Delete a run", handler: runs.delete),
                    Route(.post, path("/restore"), .writer, "Restore a run", handler: runs.restore),
                    Route(.post, path("/search"), .reader, "Search runs", handler: runs.search),
                    Route(.post, path("/log-batch"), .writer, "Log many things", handler: runs.logBatch),
                    Route(.post, path("/log-metric"), .writer, "Log a point", handler: runs.logMetric),
                    Route(.post, path("/log-parameter"), .writer, "Log a param", handler: runs.logParam),
                    Route(.post, path("/log-inputs"), .writer, "Log inputs", handler: runs.logInputs),
                    Route(.post, path("/outputs"), .writer, "Log outputs", handler: runs.logOutputs),
                    Route(.post, path("/log-model"), .writer, "Note a model", handler: runs.logModel),
                    Route(.post, path("/set-tag"), .writer, "Set a tag", handler: runs.setTag),
                    Route(.post, path("/delete-tag"), .writer, "Delete a tag", handler: runs.deleteTag),
                ]
            }
            + MLflowPath.both("mlflow/metrics") { path in
                [
                    Route(.get, path("/get-history"), .reader, "All points", handler: runs.history),
                    Route(.get, path("/get-history-bulk"), .reader, "Points of runs", handler: runs.historyBulk),
                    Route(
                        .get,
                        path("/get-history-bulk-interval"),
                        .reader,
                        "Points of runs, thinned out",
                        handler: runs.historyInterval
                    ),
                ]
            }
            + MLflowPath.both("mlflow/logged-models") { path in
                [
                    Route(.post, path(""), .writer, "Create a logged model", handler: models.create),
                    Route(.post, path("/search"), .reader, "Search logged models", handler: models.search),
                    Route(.get, path("/{model_id}"), .reader, "A logged model", handler: models.get),
                    Route(.patch, path("/{model_id}"), .writer, "Finish its upload", handler: models.finalize),
                    Route(.delete, path("/{model_id}"), .writer, "Delete a logged model", handler: models.delete),
                    Route(.patch, path("/{model_id}/tags"), .writer, "Set tags", handler: models.setTags),
                    Route(.delete, path("/{model_id}/tags/{key}"), .writer, "Delete a tag", handler: models.deleteTag),
                    Route(.post, path("/{model_id}/params"), .writer, "Add params", handler: models.addParams),
                    Route(
                        .get,
                        path("/{model_id}/artifacts/directories"),
                        .reader,
                        "Its files",
                        handler: artifacts.listModel
                    ),
                    Route(
                        .get,
                        path("/{model_id}/artifacts/files"),
                        .reader,
                        "One of its files",
                        handler: artifacts.downloadModel
                    ),
                ]
            }
            + MLflowPath.both("mlflow-artifacts") { path in
                [
                    Route(.get, path("/artifacts"), .reader, "A folder", handler: artifacts.list),
                    Route(.get, path("/artifacts/{path...}"), .reader, "Download", handler: artifacts.download),
                    Route(.put, path("/artifacts/{path...}"), .writer, "Upload", handler: artifacts.upload),
                    Route(.delete, path("/artifacts/{path...}"), .writer, "Delete", handler: artifacts.delete),
                    Route(.post, path("/mpu/{path...}"), .writer, "Upload in parts", handler: artifacts.multipart),
                ]
            }
            + MLflowPath.both("mlflow/artifacts") { path in
                [Route(.get, path("/list"), .reader, "Artifacts of a run", handler: artifacts.listRun)]
            }
            + [
                Route(.get, "/get-artifact", .reader, "Download from a run", handler: artifacts.downloadRun),
                Route(.get, "/api/3.0/mlflow/server-info", .reader, "What this server can", handler: server.info),
                Route(.get, "/ajax-api/3.0/mlflow/server-info", .reader, "What this server can", handler: server.info),
            ] + server.unknown
    }
}
