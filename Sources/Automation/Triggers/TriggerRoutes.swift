import Basics
import Storage
import Web

extension Automation {
    func triggers(_ request: WebRequest) async throws -> WebResponse {
        let now = world.now()
        let items = try await database.read { tx in
            try StoredSpec.all(tx).flatMap(\.triggers).map { trigger -> JSON in
                let state = try TriggerTable.state(tx, trigger.name)
                let queued = try TriggerTable.queued(tx, project: trigger.project, pipeline: trigger.pipeline)
                var json: JSON = [
                    "name": .string(trigger.name), "project": .string(trigger.project),
                    "pipeline": .string(trigger.pipeline), "source": .string(trigger.source.text),
                    "cooldown_seconds": .double(Double(trigger.cooldown) / 1000), "fired": JSON(state.fired),
                    "skipped": JSON(state.skipped), "last_fired": JSON(state.lastFired),
                    "last_event": JSON(state.lastEvent), "last_run": JSON(state.lastRun),
                    "last_skip": JSON(state.lastSkip),
                    "queued": .bool(queued?.trigger == trigger.name),
                ]
                if case .schedule(let line) = trigger.source {
                    json["next"] = JSON(try CronLine(line).next(after: now))
                }
                return json
            }
        }
        return .json(["items": .array(items)])
    }
}
