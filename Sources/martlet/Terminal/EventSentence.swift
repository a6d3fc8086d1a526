import Basics

/// One plain sentence for each kind of event.
enum EventSentence {
    static func text(_ event: ServerEvent) -> String {
        let payload = event.payload
        func plain(_ key: String) -> String { Figure.plain(payload[key]) }
        func optional(_ before: String, _ key: String, _ after: String = "") -> String {
            guard let value = payload[key], !value.isNull else { return "" }
            return before + Figure.plain(value) + after
        }
        switch event.kind {
        case "dataset_version.created":
            return
                "\(plain("dataset")) version \(plain("version")), \(Figure.count(payload["rows"])) rows, \(plain("status"))"
        case "dataset_version.waiting":
            let count = payload["failures"]?.array?.count ?? 0
            return "\(event.subject) failed \(count) check\(count == 1 ? "" : "s") and waits for a person"
        case "dataset_version.accepted", "dataset_version.rejected": return event.subject + optional(": ", "reason")
        case "pipeline_run.created":
            return "\(plain("pipeline")) starts: \(reason(payload["reason"]))"
        case "pipeline_run.finished":
            let seconds = payload["seconds"]?.double.map { " in \(Figure.seconds($0))" } ?? ""
            let cached = payload["cached_steps"]?.int ?? 0
            return "\(plain("pipeline")) \(plain("status"))\(seconds)" + (cached > 0 ? ", \(cached) steps cached" : "")
        case "step.started", "step.finished":
            let name = event.subject.split(separator: "/").dropFirst().first.map(String.init) ?? event.subject
            return "\(name) \(event.kind == "step.started" ? "started" : plain("status"))"
                + (payload["seconds"]?.double.map { " in \(Figure.seconds($0))" } ?? "")
        case "step.reattached": return "\(event.subject) found running and taken up again"
        case "model_version.created", "model_version.registered": return "\(plain("name")) version \(plain("version"))"
        case "alias.set":
            return "\(plain("name"))@\(plain("alias")) is version \(plain("version"))" + optional(", was ", "previous")
        case "promotion.decided":
            return optional("", "summary").isEmpty
                ? "\(plain("model")) version \(plain("version")) \(plain("decision"))"
                : "\(plain("model")) version \(plain("version")) \(plain("decision")): \(plain("summary"))"
        case "deployment.switched":
            return "\(plain("deployment")) serves version \(plain("version"))" + optional(", was ", "previous")
        case "deployment.ready":
            return "\(event.subject) version \(plain("version")) is ready"
                + (payload["seconds"]?.double.map { " after \(Figure.seconds($0))" } ?? "")
        case "alert.fired":
            return
                "\(plain("signal"))\(optional(" of ", "feature")): \(Figure.fixed(payload["value"])) against \(Figure.fixed(payload["threshold"]))"
        case "alert.resolved":
            return "\(plain("signal"))\(optional(" of ", "feature"))"
        case "trigger.fired": return "\(plain("trigger")) starts \(plain("pipeline"))"
        case "trigger.skipped": return plain("trigger") + optional(": ", "reason")
        case "project.applied":
            let count = payload["changes"]?.array?.count ?? payload["changes"]?.int.map { Int($0) } ?? 0
            return "\(event.subject), \(count) changes"
                + (payload["dirty"]?.bool == true ? ", with uncommitted ones" : "")
        case "rollback.done":
            return "\(plain("model")) back from \(plain("from")) to \(plain("to"))" + optional(": ", "reason")
        default: return event.subject
        }
    }

    /// Why a run was started: text, or an object that holds it.
    static func reason(_ json: JSON?) -> String {
        json?["text"]?.string ?? json?.string ?? json?["trigger"]?.string ?? json?["kind"]?.string ?? "no reason told"
    }
}
