import Basics

/// Waits until nothing is under way: no pipeline run, no gate, no switch. A training that takes a minute is an instant of a
/// month, so an accelerated year stands still meanwhile.
struct DemoSettling: Sendable {
    let client: Client
    private static let pause: Duration = .milliseconds(200)
    private static let patience: Duration = .seconds(600)

    /// Waits until all that a new dataset version sets in motion has come to rest.
    func after(_ version: JSON, _ bar: ProgressBar) async throws {
        guard version["status"]?.string == "accepted" else {
            throw MartletError(
                .conflict,
                "\(Figure.plain(version["address"])) is \(Figure.plain(version["status"])): a check failed",
                hint: "martlet data show \(Demo.dataset) \(Figure.plain(version["version"]))"
            )
        }
        try await triggered(by: Figure.plain(version["address"]))
        try await wait(bar)
    }

    /// Waits until the triggers have seen the version and started a run for it, or said why not.
    private func triggered(by address: String) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        var place: Int64 = 0
        var cause: Int64?
        var isFired = false
        while ContinuousClock.now < deadline {
            let kinds = ["dataset_version.created", "trigger.fired", "trigger.skipped"].map { ("kind", $0) }
            let page = try await client.get(
                "/api/v1/events",
                query: [("after", String(place)), ("limit", "1000")] + kinds
            )
            for item in page["items"]?.array ?? [] {
                let event = ServerEvent(json: item)
                place = max(place, event.sequence)
                if event.kind == "dataset_version.created", event.subject == address { cause = event.sequence }
                guard let cause, event.payload["event"]?.int == cause else { continue }
                if event.kind == "trigger.skipped" { return }
                isFired = true
            }
            if isFired {
                // What fired waits its turn before it is a run; then the runs themselves tell.
                let triggers = try await client.get("/api/v1/triggers")["items"]?.array ?? []
                if !triggers.contains(where: { $0["queued"]?.bool == true }) { return }
            }
            try await Task.sleep(for: Self.pause)
        }
    }

    /// Waits until three looks in a row find nothing under way.
    func wait(_ bar: ProgressBar) async throws {
        let deadline = ContinuousClock.now + Self.patience
        var quiet = 0
        while quiet < 3 {
            guard ContinuousClock.now < deadline else {
                throw MartletError(
                    .deadlineExceeded,
                    "the loop did not come to rest within \(Self.patience.components.seconds) s",
                    hint: "`martlet status` says what is under way, `martlet logs train` what it does"
                )
            }
            quiet = try await isQuiet() ? quiet + 1 : 0
            try await Task.sleep(for: Self.pause)
        }
    }

    private func isQuiet() async throws -> Bool {
        let active = try await client.get("/api/v1/pipeline-runs", query: [("state", "active"), ("limit", "10")])
        guard active["items"]?.array?.isEmpty ?? true else { return false }
        let triggers = try await client.get("/api/v1/triggers")["items"]?.array ?? []
        guard !triggers.contains(where: { $0["queued"]?.bool == true }) else { return false }
        let promotions = try await client.get("/api/v1/promotions", query: [("limit", "100")])["items"]?.array ?? []
        guard !promotions.contains(where: { $0["state"]?.string == "pending" }) else { return false }
        // A version that a run has just registered may not be at the gate yet.
        let newest = try await client.get("/api/v1/pipeline-runs", query: [("limit", "1")])["items"]?[0]
        if let version = newest?["model_version"]?["version"]?.int,
            !promotions.contains(where: { $0["version"]?.int == version })
        {
            return false
        }
        let deployments = try await client.get("/api/v1/deployments")["items"]?.array ?? []
        return deployments.allSatisfy { deployment in
            let wanted = deployment["wanted"]?["version"]?.int
            return deployment["status"]?.string != "starting"
                && (wanted == nil || wanted == deployment["version"]?.int || deployment["status"]?.string == "failed")
        }
    }

    /// Without a model that answers there is nothing to live.
    func requireDeployment(_ name: String) async throws {
        if let found = try await client.find("/api/v1/deployments/\(name)"), found["status"]?.string == "ready" {
            return
        }
        let newest = try await client.get("/api/v1/pipeline-runs", query: [("limit", "1")])["items"]?[0]
        let decision = try await client.get("/api/v1/promotions", query: [("limit", "1")])["items"]?[0]
        let failed = newest?["steps"]?.array?.first { $0["status"]?.string == "failed" }
        let why =
            if let failed {
                "its step '\(Figure.plain(failed["name"]))' failed: \(Figure.plain(failed["error"]))"
            } else if decision?["decision"]?.string == "refused" {
                "its model was refused: \(Figure.plain(decision?["summary"]))"
            } else {
                "the newest run is \(Figure.plain(newest?["status"]))"
            }
        throw MartletError(
            .conflict,
            "the first training gave no model that serves: \(why)",
            hint: "MARTLET_URL=\(client.base) martlet logs train; the server's own log is beside its data"
        )
    }
}
