internal import Basics
internal import Ledger
internal import Storage

extension Datasets {
    /// Accepts or rejects a version that waits; the decision, its reason and who took it are recorded.
    ///
    /// - Parameters:
    ///   - name: The dataset.
    ///   - number: The version.
    ///   - accept: Whether it may be used.
    ///   - reason: Why, in a person's words; at most 10,000 characters.
    ///   - actor: Who decides.
    /// - Returns: The version as decided. Event: `dataset_version.accepted` or `dataset_version.rejected`.
    /// - Throws: `notFound`, `invalidArgument` without a reason, `conflict` for a version that does not wait, or that
    ///   continues one that is no longer the newest.
    @discardableResult
    public func decide(
        _ name: String,
        version number: Int,
        accept: Bool,
        reason: String,
        actor: String
    ) async throws -> DatasetVersion {
        let isGiven = reason.contains { !$0.isWhitespace }
        guard isGiven, reason.count <= 10_000 else {
            throw MartletError(
                .invalidArgument,
                isGiven ? "the reason has \(reason.count) characters" : "the decision has no reason",
                hint: "say why in a sentence: it is what an audit reads"
            )
        }
        let now = world.now()
        return try await database.write { [ledger] tx in
            _ = try Self.require(tx, name)
            guard let version = try DatasetTables.version(tx, name, number) else {
                throw MartletError(.notFound, "dataset '\(name)' has no version \(number)")
            }
            guard version.status == .waiting else {
                throw MartletError(
                    .conflict,
                    "version \(number) of dataset '\(name)' is \(version.status.rawValue) and does not wait for a decision"
                )
            }
            if accept, version.mode == .append, let latest = try DatasetTables.latest(tx, name), latest != version.base
            {
                throw MartletError(
                    .conflict,
                    "version \(number) continues version \(version.base ?? 0), and version \(latest) was accepted meanwhile",
                    hint: "reject it and append its file again"
                )
            }
            let status = accept ? DatasetStatus.accepted : .rejected
            try tx.execute(
                """
                UPDATE dataset_versions SET status = $1, decided_by = $2, decided = $3, reason = $4
                WHERE dataset = $5 AND version = $6
                """,
                status.rawValue,
                actor,
                now,
                reason,
                name,
                number
            )
            guard let decided = try DatasetTables.version(tx, name, number) else {
                throw MartletError(.dataLoss, "version \(number) of dataset '\(name)' is gone")
            }
            var payload = Self.summary(decided)
            payload["reason"] = .string(reason)
            try ledger.append(
                tx,
                kind: "dataset_version.\(status.rawValue)",
                subject: decided.address,
                actor: actor,
                payload: payload,
                eventTime: decided.eventTime
            )
            try ledger.relate(
                tx,
                decided.address,
                .wasAttributedTo,
                actor,
                attributes: ["decision": .string(status.rawValue), "reason": .string(reason)]
            )
            return decided
        }
    }
}
