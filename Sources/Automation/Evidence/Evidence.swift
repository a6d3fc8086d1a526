import Basics
import Ledger
import Storage

/// Assembles the evidence for an address: the chain from an answer back to data and code, each link from the room that keeps it.
/// A link that should be there and is not is named under `missing`, never skipped.
struct Evidence: Sendable {
    let database: Database
    let ledger: Ledger
    let sources: EvidenceSources

    /// The chain as it grows.
    struct Chain: Sendable {
        var document: JSON
        var missing: [JSON] = []
        var model: String?
        var version: Int?
        var pipelineRun: String?
        var runID: String?

        mutating func lack(_ what: String, _ why: String) {
            missing.append(["what": .string(what), "why": .string(why)])
        }
    }

    /// The evidence as one document.
    ///
    /// - Throws: `notFound` where the address itself is of nothing that is kept.
    func document(_ address: EvidenceAddress) async throws -> JSON {
        var chain = Chain(document: ["address": .string(address.text)])
        try await begin(address, &chain)
        try await addVersion(&chain)
        try await addPromotion(&chain)
        try await addRuns(&chain)
        try await addDatasets(address, &chain)
        chain.document["summary"] = .string(EvidenceText.summary(chain.document))
        chain.document["missing"] = .array(chain.missing)
        return chain.document
    }

    private func begin(_ address: EvidenceAddress, _ chain: inout Chain) async throws {
        switch address {
        case .prediction(let id):
            guard let prediction = try await sources.prediction(id) else { throw Self.unknown(address) }
            chain.document["prediction"] = prediction
            chain.model = prediction["model"]?.string
            chain.version = prediction["version"]?.int.map { Int($0) }
            guard let name = prediction["deployment"]?.string else {
                return chain.lack("deployment", "the prediction does not name one")
            }
            if let deployment = try await sources.deployment(name) {
                chain.document["deployment"] = deployment
                chain.model = chain.model ?? deployment["model"]?.string
            } else {
                chain.lack("deployment", "'\(name)' is not deployed any more")
            }
        case .deployment(let name):
            guard let deployment = try await sources.deployment(name) else { throw Self.unknown(address) }
            chain.document["deployment"] = deployment
            chain.model = deployment["model"]?.string
            chain.version = deployment["version"]?.int.map { Int($0) }
        case .modelVersion(let name, let version):
            guard try await sources.modelVersion(name, version) != nil else { throw Self.unknown(address) }
            (chain.model, chain.version) = (name, version)
        case .promotion(let id):
            guard let promotion = try await database.read({ tx in try PromotionTable.find(tx, id: id) }) else {
                throw Self.unknown(address)
            }
            (chain.model, chain.version) = (promotion.model, promotion.version)
            add(promotion, &chain)
        case .pipelineRun(let id):
            guard try await sources.pipelineRun(id) != nil else { throw Self.unknown(address) }
            chain.pipelineRun = id
        case .run(let id):
            guard try await sources.run(id) != nil else { throw Self.unknown(address) }
            chain.runID = id
        }
    }

    private func addVersion(_ chain: inout Chain) async throws {
        guard let model = chain.model, let number = chain.version else {
            // Runs are asked for on their own: they may have made no model at all.
            if chain.pipelineRun == nil, chain.runID == nil {
                chain.lack("model_version", "nothing names the model and its version")
            }
            return
        }
        guard let version = try await sources.modelVersion(model, number) else {
            return chain.lack("model_version", "version \(number) of '\(model)' was deleted")
        }
        chain.document["model_version"] = version
        chain.runID = version["run_id"]?.string
        let address = "model:\(model)/\(number)"
        let registered = try await ledger.events(
            after: 0,
            kinds: ["model_version.registered"],
            subject: address,
            limit: 1
        )
        chain.pipelineRun = registered.first?.payload["pipeline_run"]?.string
    }

    private func addPromotion(_ chain: inout Chain) async throws {
        guard let model = chain.model, let version = chain.version, chain.document["promotion"] == nil else { return }
        let found = try await database.read { tx in
            let all = try PromotionTable.outlines(tx, model: model).filter { $0.version == version }
            let wanted = all.first { $0.decision == .promoted } ?? all.first
            return try wanted.flatMap { try PromotionTable.find(tx, id: $0.id) }
        }
        guard let found else {
            return chain.lack("promotion", "version \(version) of '\(model)' was never put to the gates")
        }
        add(found, &chain)
    }

    private func add(_ promotion: Promotion, _ chain: inout Chain) {
        chain.document["promotion"] = promotion.json
        chain.pipelineRun = chain.pipelineRun ?? promotion.pipelineRun
        guard let decidedBy = promotion.decidedBy else {
            return chain.lack("approval", "the promotion is not decided yet")
        }
        var approval: JSON = promotion.document?["approval"] ?? [:]
        approval["actor"] = .string(decidedBy)
        approval["by"] = .string(decidedBy.hasPrefix("policy:") ? "the declared gates" : "a person")
        approval["decision"] = JSON(promotion.decision?.rawValue)
        approval["time"] = JSON(promotion.decided)
        approval["reason"] = JSON(promotion.reason)
        chain.document["approval"] = approval
    }

    private func addRuns(_ chain: inout Chain) async throws {
        if let id = chain.runID {
            if let run = try await sources.run(id) {
                chain.document["run"] = run
            } else {
                chain.lack("run", "run \(id) was deleted")
            }
        } else if chain.model != nil {
            chain.lack("run", "the version names no run")
        }
        guard let id = chain.pipelineRun else {
            return chain.lack(
                "pipeline_run",
                "no pipeline registered this: its data, code and environment are not known"
            )
        }
        guard var run = try await sources.pipelineRun(id) else {
            return chain.lack("pipeline_run", "pipeline run \(id) was deleted")
        }
        for (key, part) in [("steps", "steps"), ("code", "code"), ("environment", "environment")] {
            if let value = run[part], !value.isNull {
                chain.document[key] = value
                run[part] = nil
            } else {
                chain.lack(key, "pipeline run \(id) does not name it")
            }
        }
        chain.document["pipeline_run"] = run
    }

    private func addDatasets(_ address: EvidenceAddress, _ chain: inout Chain) async throws {
        // From the attempts that made this version's outputs. Not from the version itself: it leads over the promotion to the
        // champion of that time, and so to data that this version never saw.
        var starts = chain.document["steps"]?.array?.compactMap { $0["origin"]?.string } ?? []
        if let model = chain.model, let version = chain.version {
            let made = try await ledger.edges(of: "model:\(model)/\(version)", .up)
            starts += made.filter { $0.relation == .wasGeneratedBy }.map(\.object)
        }
        if let id = chain.runID { starts.append("run:\(id)") }
        var found: [String] = []
        for start in starts {
            for edge in try await ledger.walk(from: start, .up, depth: 12, limit: 500)
            where edge.object.hasPrefix("dataset:") && !found.contains(edge.object) && !Self.isHistory(edge) {
                found.append(edge.object)
            }
        }
        guard !found.isEmpty else {
            return chain.lack("datasets", "the lineage graph leads to no dataset version")
        }
        var datasets: [JSON] = []
        for address in found.sorted().prefix(50) {
            guard let at = address.lastIndex(of: "@"), let version = Int(address[address.index(after: at)...]) else {
                continue
            }
            let name = String(address[..<at].dropFirst("dataset:".count))
            if var dataset = try await sources.dataset(name, version) {
                dataset["address"] = .string(address)
                datasets.append(dataset)
            } else {
                chain.lack(address, "the dataset version was deleted")
            }
        }
        chain.document["datasets"] = .array(datasets)
    }

    /// A dataset version that only another one was derived from was not read itself.
    private static func isHistory(_ edge: LineageEdge) -> Bool { edge.subject.hasPrefix("dataset:") }

    private static func unknown(_ address: EvidenceAddress) -> MartletError {
        MartletError(.notFound, "there is no '\(address.text)'")
    }
}
