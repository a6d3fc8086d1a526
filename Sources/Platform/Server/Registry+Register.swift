import Basics
import Pipelines
import Registry
import Storage

extension Registry {
    /// Makes a model version in the transaction that ends a pipeline's register step.
    func register(_ tx: Transaction, _ request: RegisterRequest) throws -> Int {
        try createVersion(
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
