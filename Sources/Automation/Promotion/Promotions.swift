import Basics
import Ledger
import Storage

/// What people ask of promotion: by hand, with a signature, by force, and back.
struct Promotions: Sendable {
    let database: Database
    let ledger: Ledger
    let world: World
    let neighbours: Neighbours
    let promoter: Promoter

    /// What a person asks for.
    struct Request: Sendable {
        var model: String
        var version: Int
        var reason: String?
        var isForced = false
        var actor: String
    }

    /// Promotes a version by hand: through the gates, by a signature where one is waited for, or past the gates by force.
    func promote(_ request: Request) async throws -> Promotion {
        let version = try await find(request.version, of: request.model)
        let (model, latest) = try await database.read { tx in
            (
                try StoredSpec.model(tx, named: request.model)?.model,
                try PromotionTable.latest(tx, model: request.model, version: request.version)
            )
        }
        if request.isForced { return try await force(request, model ?? ModelSpec(name: request.model), latest) }
        guard let model, let policy = model.promote else {
            throw MartletError(
                .conflict,
                "no gates are declared for model '\(request.model)'",
                hint: "declare models.\(request.model).promote, or promote it with force and a reason"
            )
        }
        if let latest, latest.state == .waiting { return try await approve(request, model, policy, latest) }
        if let latest, latest.state == .pending { return latest }
        return try await ask(request, version, latest)
    }

    /// Puts the champion before this one back: alias and deployment in one transaction.
    ///
    /// - Parameters:
    ///   - name: The model.
    ///   - target: An earlier champion; the one before the present one if `nil`.
    ///   - reason: Why.
    ///   - actor: Who.
    /// - Returns: The version left and the version that is the champion now.
    func rollback(_ name: String, to target: Int?, reason: String, actor: String) async throws -> (from: Int, to: Int) {
        guard !reason.isEmpty else {
            throw MartletError(.invalidArgument, "a rollback needs a reason", hint: "one sentence; it is kept")
        }
        let (ledger, neighbours) = (ledger, neighbours)
        return try await database.write { tx in
            guard let current = try neighbours.models.aliased(tx, name, Alias.champion) else {
                throw MartletError(.conflict, "model '\(name)' has no champion to roll back from")
            }
            let line = try PromotionTable.champions(tx, model: name).map(\.version)
            let previous = try Self.previous(current, target: target, line: line, model: name)
            let declared = try StoredSpec.model(tx, named: name)?.model ?? ModelSpec(name: name)
            let event = try ledger.append(
                tx,
                kind: "rollback.done",
                subject: "model:\(name)/\(previous)",
                actor: actor,
                payload: [
                    "model": .string(name), "from": JSON(current), "to": JSON(previous), "reason": .string(reason),
                    "deployment": JSON(declared.deployment),
                ]
            )
            try Switchover(ledger: ledger, neighbours: neighbours).move(
                tx,
                declared,
                to: previous,
                reason: "rolled back from version \(current): \(reason)",
                because: "event:\(event.sequence)",
                actor: actor,
                eventTime: nil
            )
            return (current, previous)
        }
    }

    /// The version to go back to.
    static func previous(_ current: Int, target: Int?, line: [Int], model: String) throws -> Int {
        if let target {
            guard target != current else {
                throw MartletError(.conflict, "version \(target) of '\(model)' is the champion already")
            }
            guard line.contains(target) else {
                throw MartletError(
                    .conflict,
                    "version \(target) of '\(model)' was never promoted",
                    hint: line.isEmpty
                        ? "no version was; promote it instead"
                        : "promoted were: \(line.map(String.init).joined(separator: ", ")); promote it instead"
                )
            }
            return target
        }
        let before = line.lastIndex(of: current).map { line[..<$0] } ?? line[...]
        guard let previous = before.last(where: { $0 != current }) else {
            throw MartletError(
                .conflict,
                "version \(current) of '\(model)' is the first champion: there is none to go back to"
            )
        }
        return previous
    }

    private func find(_ version: Int, of model: String) async throws -> VersionFacts {
        let versions = try await neighbours.models.versions(model)
        guard let found = versions.first(where: { $0.version == version }) else {
            throw MartletError(
                .notFound,
                "model '\(model)' has no version \(version)",
                hint: versions.isEmpty
                    ? "it has none yet"
                    : "there are: \(versions.prefix(10).map { String($0.version) }.joined(separator: ", "))"
            )
        }
        return found
    }

    private func ask(_ request: Request, _ version: VersionFacts, _ latest: Promotion?) async throws -> Promotion {
        let registered = try await ledger.events(
            after: 0,
            kinds: ["model_version.registered"],
            subject: "model:\(request.model)/\(version.version)",
            limit: 1
        ).first
        let promotion = Promotion(
            id: world.orderedID(),
            model: request.model,
            version: request.version,
            project: latest?.project ?? registered?.payload["project"]?.string,
            pipelineRun: latest?.pipelineRun ?? registered?.payload["pipeline_run"]?.string,
            eventTime: latest?.eventTime ?? registered?.eventTime,
            requestedBy: request.actor,
            reason: request.reason,
            created: world.now()
        )
        let ledger = ledger
        try await database.write { tx in
            try PromotionTable.insert(tx, promotion)
            // The event also wakes the runner.
            try ledger.append(
                tx,
                kind: "promotion.requested",
                subject: promotion.address,
                actor: request.actor,
                payload: [
                    "promotion": .string(promotion.id), "model": .string(request.model),
                    "version": JSON(request.version), "reason": JSON(request.reason),
                ],
                eventTime: promotion.eventTime
            )
        }
        return promotion
    }

    private func approve(_ request: Request, _ model: ModelSpec, _ policy: PromotionPolicy, _ waiting: Promotion)
        async throws -> Promotion
    {
        if let role = policy.approval {
            guard try await neighbours.holdsRole(request.actor, role) else {
                throw MartletError(
                    .permissionDenied,
                    "'\(request.actor)' may not approve versions of '\(model.name)'",
                    hint: "the role '\(role)' must sign"
                )
            }
        }
        return try await finish(
            waiting.id,
            try await promoter.approve(waiting, model: model, actor: request.actor, reason: request.reason)
        )
    }

    private func force(_ request: Request, _ model: ModelSpec, _ latest: Promotion?) async throws -> Promotion {
        guard let reason = request.reason, !reason.isEmpty else {
            throw MartletError(
                .invalidArgument,
                "a promotion by force needs a reason",
                hint: "one sentence; it is kept with the decision"
            )
        }
        let neighbours = neighbours
        let champion = try await database.read { tx in
            try neighbours.models.aliased(tx, request.model, Alias.champion)
        }
        guard champion != request.version else {
            throw MartletError(.conflict, "version \(request.version) of '\(request.model)' is the champion already")
        }
        let promotion = Promotion(
            id: world.orderedID(),
            model: request.model,
            version: request.version,
            project: latest?.project,
            pipelineRun: latest?.pipelineRun,
            eventTime: latest?.eventTime,
            requestedBy: request.actor,
            reason: reason,
            created: world.now()
        )
        let check = GateCheck(
            name: "override",
            kind: .override,
            passed: true,
            message: "\(request.actor) promoted it past the gates: \(reason)"
        )
        let verdict = Promoter.Verdict(
            judgement: Judgement(check),
            policy: model.promote,
            actor: request.actor,
            isForced: true,
            champion: champion
        )
        return try await finish(promotion.id, try await promoter.settle(promotion, model: model, verdict))
    }

    private func finish(_ id: String, _ outcome: Promoter.Outcome) async throws -> Promotion {
        if case .settled(let promotion) = outcome { return promotion }
        guard let promotion = try await database.read({ tx in try PromotionTable.find(tx, id: id) }) else {
            throw MartletError(.notFound, "there is no promotion '\(id)'")
        }
        return promotion
    }
}
