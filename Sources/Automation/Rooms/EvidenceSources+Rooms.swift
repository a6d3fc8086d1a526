import Basics
import Datasets
import Monitoring
import Pipelines
import Registry
import Serving
import Tracking

extension EvidenceSources {
    init(
        tracking: Tracking,
        registry: Registry,
        serving: Serving,
        pipelines: Pipelines,
        monitoring: Monitoring,
        datasets: Datasets
    ) {
        self.init(
            prediction: { id in try await monitoring.prediction(id)?.json },
            deployment: { name in
                try await Self.ifFound {
                    let deployment = try await serving.deployment(name)
                    let target = deployment.served ?? deployment.wanted
                    return [
                        "name": .string(deployment.name), "model": .string(target.model),
                        "version": JSON(target.version), "status": .string(deployment.status.rawValue),
                        "switched": JSON(deployment.switched), "reason": .string(deployment.reason),
                        "actor": .string(deployment.actor),
                    ]
                }
            },
            modelVersion: { name, number in
                try await Self.ifFound {
                    let version = try await registry.version(name: name, version: number)
                    return [
                        "address": .string(version.address), "name": .string(version.name),
                        "version": JSON(version.version), "run_id": JSON(version.runID),
                        "source": .string(version.source), "aliases": JSON(version.aliases),
                        "created": JSON(version.created),
                    ]
                }
            },
            run: { id in
                try await Self.ifFound {
                    let run = try await tracking.run(id)
                    let params = run.params.map { ($0.key, JSON.string($0.value)) }
                    let metrics = run.metrics.map { ($0.key, JSON.double($0.value)) }
                    return [
                        "run_id": .string(run.id), "name": .string(run.info.name),
                        "status": .string(run.info.status.rawValue), "user": .string(run.info.userID),
                        "start_time": JSON(run.info.startTime), "end_time": JSON(run.info.endTime),
                        "params": .object(JSONObject(params)), "metrics": .object(JSONObject(metrics)),
                    ]
                }
            },
            pipelineRun: { id in
                try await Self.ifFound {
                    let run = try await pipelines.run(id)
                    var json = run.json
                    json["address"] = .string(run.address)
                    if run.code.digest == nil && run.code.commit == nil { json["code"] = nil }
                    let locks = run.steps.compactMap(\.environment)
                    if let lock = locks.first {
                        let perStep = run.steps.compactMap { step in
                            step.environment.map { (step.name, JSON.string($0)) }
                        }
                        json["environment"] = ["lock": .string(lock), "steps": .object(JSONObject(perStep))]
                    }
                    return json
                }
            },
            dataset: { name, number in
                try await Self.ifFound {
                    try await datasets.version(name: name, version: number)?.json(complete: false)
                }
            }
        )
    }

    private static func ifFound(_ body: () async throws -> JSON?) async throws -> JSON? {
        do {
            return try await body()
        } catch let error as MartletError where error.code == .notFound {
            return nil
        }
    }
}
