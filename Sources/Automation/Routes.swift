public import Web

extension Automation {
    /// Automation's part of the API.
    public func routes() -> [RouteGroup] {
        [
            RouteGroup(
                "automation",
                envelope: .problem,
                [
                    Route(.get, "/api/v1/models", .reader, "Models with champion and challenger", handler: models),
                    Route(.get, "/api/v1/models/{name}", .reader, "A model with its versions", handler: model),
                    Route(.post, "/api/v1/models/{name}/promote", .writer, "Promote or approve", handler: promote),
                    Route(.post, "/api/v1/models/{name}/rollback", .writer, "Back to a champion", handler: rollback),
                    Route(.get, "/api/v1/promotions", .reader, "Gate decisions, newest first", handler: listPromotions),
                    Route(.get, "/api/v1/promotions/{id}", .reader, "A gate decision", handler: promotion),
                    Route(.get, "/api/v1/triggers", .reader, "What starts pipelines, and did", handler: triggers),
                    Route(.get, "/api/v1/webhooks", .reader, "Webhooks", handler: webhooks),
                    Route(.post, "/api/v1/webhooks", .administrator, "Add a webhook", handler: addWebhook),
                    Route(.delete, "/api/v1/webhooks/{id}", .administrator, "Remove one", handler: removeWebhook),
                    Route(
                        .get,
                        "/api/v1/webhooks/{id}/deliveries",
                        .reader,
                        "A webhook's deliveries, newest first",
                        handler: deliveries
                    ),
                    Route(.get, "/api/v1/why/{address...}", .reader, "What an answer rests on", handler: why),
                ]
            )
        ]
    }
}
