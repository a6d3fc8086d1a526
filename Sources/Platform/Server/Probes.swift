import Basics
import Ledger
import Synchronization
import Web

/// What load balancers, Prometheus and people with curl ask a server first.
final class Probes: Sendable {
    let isReady = Atomic<Bool>(false)
    private let rooms: Rooms

    init(rooms: Rooms) { self.rooms = rooms }

    func routes() -> [RouteGroup] {
        [
            RouteGroup(
                "probes",
                envelope: .problem,
                [
                    Route(.get, "/health", .everyone, "Whether the process lives") { _ in .text("OK") },
                    Route(.get, "/ready", .everyone, "Whether it can do its work", handler: ready),
                    Route(.get, "/version", .everyone, "The version, as MLflow's clients ask for it") { _ in
                        .text(Version.mlflow)
                    },
                    Route(.get, "/api/v1/version", .everyone, "Martlet's version") { _ in
                        .json(["martlet": .string(Version.martlet), "mlflow": .string(Version.mlflow)])
                    },
                    Route(.get, "/metrics", .reader, "Prometheus' text format") { [rooms] _ in
                        .text(rooms.metrics.text(), type: "text/plain; version=0.0.4; charset=utf-8")
                    },
                ]
            )
        ]
    }

    private func ready(_ request: WebRequest) async throws -> WebResponse {
        // A read and a write prove that the store answers and its disk is not full.
        _ = try await rooms.ledger.head()
        return isReady.load(ordering: .acquiring)
            ? .json(["status": "ready"]) : .json(["status": "starting"], status: .serviceUnavailable)
    }
}
