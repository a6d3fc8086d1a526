import Tracking
public import Web

extension Registry {
    /// The registry room's part of MLflow's protocol.
    public func routes() -> [RouteGroup] { [RouteGroup("mlflow registry", envelope: .mlflow, table)] }

    private var table: [Route] {
        let (models, versions) = (ModelRoutes(registry: self), VersionRoutes(registry: self))
        return MLflowPath.both("mlflow/registered-models") { path in
            [
                Route(.post, path("/create"), .writer, "Create a registered model", handler: models.create),
                Route(.get, path("/get"), .reader, "A registered model", handler: models.get),
                Route(.post, path("/rename"), .writer, "Rename it", handler: models.rename),
                Route(.patch, path("/update"), .writer, "Describe it", handler: models.update),
                Route(.delete, path("/delete"), .writer, "Delete it", handler: models.delete),
                Route(.get, path("/search"), .reader, "Search registered models", handler: models.search),
                Route(.get, path("/get-latest-versions"), .reader, "Newest of each stage", handler: models.latest),
                Route(.post, path("/get-latest-versions"), .reader, "Newest of each stage", handler: models.latest),
                Route(.post, path("/set-tag"), .writer, "Set a tag", handler: models.setTag),
                Route(.delete, path("/delete-tag"), .writer, "Delete a tag", handler: models.deleteTag),
                Route(.get, path("/alias"), .reader, "The version of an alias", handler: models.byAlias),
                Route(.post, path("/alias"), .writer, "Set an alias", handler: models.setAlias),
                Route(.delete, path("/alias"), .writer, "Delete an alias", handler: models.deleteAlias),
            ]
        }
            + MLflowPath.both("mlflow/model-versions") { path in
                [
                    Route(.post, path("/create"), .writer, "Create a version", handler: versions.create),
                    Route(.get, path("/get"), .reader, "A version", handler: versions.get),
                    Route(.patch, path("/update"), .writer, "Describe it", handler: versions.update),
                    Route(.delete, path("/delete"), .writer, "Delete it", handler: versions.delete),
                    Route(.get, path("/search"), .reader, "Search versions", handler: versions.search),
                    Route(.get, path("/get-download-uri"), .reader, "Where it is", handler: versions.downloadURI),
                    Route(.post, path("/transition-stage"), .writer, "Change its stage", handler: versions.transition),
                    Route(.post, path("/set-tag"), .writer, "Set a tag", handler: versions.setTag),
                    Route(.delete, path("/delete-tag"), .writer, "Delete a tag", handler: versions.deleteTag),
                ]
            }
            + [
                Route(
                    .get,
                    "/model-versions/get-artifact",
                    .reader,
                    "Download from a version",
                    handler: versions.download
                )
            ]
    }
}
