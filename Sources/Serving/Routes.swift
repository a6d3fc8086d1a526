public import Web

extension Serving {
    /// The room's part of the API: MLflow's scoring, the Open Inference Protocol, and deployments.
    public func routes() -> [RouteGroup] {
        [invocationRoutes(), inferenceRoutes(), deploymentRoutes()]
    }
}
