package import Web

/// The two bases under which MLflow's protocol is reached: `/api` by clients, `/ajax-api` by its pages.
package enum MLflowPath {
    /// The same routes under both bases.
    ///
    /// - Parameters:
    ///   - folder: The path behind the version: `mlflow/runs`.
    ///   - routes: Makes the routes; it is given what turns `/create` into the whole path.
    package static func both(_ folder: String, _ routes: ((String) -> String) -> [Route]) -> [Route] {
        ["/api/2.0", "/ajax-api/2.0"].flatMap { base in routes { "\(base)/\(folder)\($0)" } }
    }
}
