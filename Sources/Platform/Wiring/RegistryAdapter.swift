import Basics
import Pipelines
import Registry
import Serving
import Storage
import Tracking

/// The registry, as serving sees it: the files of a model's version.
struct RegistryAdapter: ModelSource {
    let registry: Registry

    func files(model: String, version: Int) async throws -> FileTree {
        let found = try await registry.version(name: model, version: version)
        return try FileTree(
            files: try await registry.files(of: found).map { FileTree.File(path: $0.path, blob: $0.blob) }
        )
    }

    /// The registry, as pipelines see it: makes a version in the transaction that ends the register step.
    func register(_ tx: Transaction, _ request: RegisterRequest) throws -> Int {
        try registry.createVersion(
            tx,
            name: request.model,
            source: request.source,
            runID: request.runID,
            tags: [
                "martlet.pipeline_run": request.pipelineRun, "martlet.step": request.step,
                "martlet.project": request.project,
            ],
            actor: request.actor
        ).version
    }
}
