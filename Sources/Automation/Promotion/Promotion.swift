import Basics
import Storage

/// One version's way through the gates.
struct Promotion: Sendable, Hashable {
    /// How far it has come.
    enum State: String, Sendable, Hashable {
        /// It waits for its evaluation, or is in it.
        case pending
        /// The gates let it through; a person must sign.
        case waiting
        /// It was promoted or refused.
        case decided
    }

    /// What was decided.
    enum Decision: String, Sendable, Hashable {
        case promoted, refused
    }

    var id: String
    var model: String
    var version: Int
    var project: String?
    var pipelineRun: String?
    var eventSequence: Int64?
    var eventTime: Timestamp?
    var requestedBy: String
    var reason: String?
    var state: State = .pending
    var attempts = 0
    var error: String?
    var champion: Int?
    var decision: Decision?
    var decidedBy: String?
    var summary: String?
    var document: JSON?
    var created: Timestamp
    var decided: Timestamp?

    /// Its address in the lineage graph.
    var address: String { "promotion:\(id)" }

    /// Who let the policy loose: automatic ones are the policy's, the others a person's.
    var isAutomatic: Bool { eventSequence != nil }

    /// The promotion as the API shows it: the decision's document once there is one.
    var json: JSON {
        var json: JSON =
            document ?? [
                "id": .string(id), "model": .string(model), "version": JSON(version), "champion": JSON(champion),
            ]
        json["state"] = .string(state.rawValue)
        json["decision"] = JSON(decision?.rawValue)
        json["pipeline_run"] = JSON(pipelineRun)
        json["event_time"] = JSON(eventTime)
        json["requested_by"] = .string(requestedBy)
        json["reason"] = JSON(reason)
        json["actor"] = JSON(decidedBy)
        json["created"] = JSON(created)
        json["time"] = JSON(decided)
        json["summary"] = JSON(summary)
        if let error { json["error"] = .string(error) }
        if json["checks"] == nil { json["checks"] = [] }
        return json
    }
}

extension Promotion {
    init(_ row: Row) throws {
        id = try row.text("id")
        model = try row.text("model")
        version = Int(try row.int("version"))
        project = row.textOrNil("project")
        pipelineRun = row.textOrNil("pipeline_run")
        eventSequence = row.intOrNil("event_sequence")
        eventTime = row.timestampOrNil("event_time")
        requestedBy = try row.text("requested_by")
        reason = row.textOrNil("reason")
        let state = try row.text("state")
        guard let known = State(rawValue: state) else {
            throw MartletError(.dataLoss, "promotion \(id) is in the unknown state '\(state)'")
        }
        self.state = known
        attempts = Int(try row.int("attempts"))
        error = row.textOrNil("error")
        champion = row.intOrNil("champion").map { Int($0) }
        decision = row.textOrNil("decision").flatMap(Decision.init)
        decidedBy = row.textOrNil("decided_by")
        summary = row.textOrNil("summary")
        document = try row.jsonOrNil("document")
        created = try row.timestamp("created")
        decided = row.timestampOrNil("decided")
    }
}
