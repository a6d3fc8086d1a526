import Basics
import Ledger
import Monitoring
import Pipelines
import Registry
import Serving
import Web

/// What the dashboard's first paint and `martlet status` need, in one answer.
struct Overview: Sendable {
    let rooms: Rooms

    func routes() -> [RouteGroup] {
        [
            RouteGroup(
                "overview",
                envelope: .problem,
                [
                    Route(
                        .get,
                        "/api/v1/overview",
                        .reader,
                        "Projects, models, deployments, runs and alerts at a glance"
                    ) { _ in
                        .json(try await overview())
                    }
                ]
            )
        ]
    }

    private func overview() async throws -> JSON {
        let deployments = try await rooms.serving.deployments()
        let active = try await rooms.pipelines.runs(isActive: true, limit: 20)
        let alerts = try await rooms.monitoring.alerts(openOnly: true, limit: 100)
        return [
            "version": .string(Version.martlet),
            "projects": JSON(try await rooms.projects.names()),
            "models": JSON(try await rooms.registry.models()),
            "deployments": .array(
                deployments.map { deployment in
                    let target = deployment.served ?? deployment.wanted
                    return [
                        "name": .string(deployment.name), "model": .string(target.model),
                        "version": JSON(target.version),
                        "status": .string(deployment.status.rawValue),
                    ]
                }
            ),
            "active_runs": .array(active.map(\.json)),
            "open_alerts": .array(alerts.map(\.json)),
            "counters": rooms.serving.counters(),
            "events": .int(try await rooms.ledger.head()),
        ]
    }
}
