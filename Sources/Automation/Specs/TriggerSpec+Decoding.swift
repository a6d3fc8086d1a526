import Basics
import Declarations

extension TriggerSpec {
    static func decode(
        _ node: SpecNode,
        pipeline: String,
        project: String,
        _ names: DeclaredNames,
        _ diagnostics: Diagnostics
    ) -> [TriggerSpec] {
        guard case .list(let elements) = node.content else {
            diagnostics.report(
                node,
                "\(node.kind) stands where a list of triggers should be",
                hint: "[{dataset: NAME}, {alert: DEPLOYMENT}, {schedule: \"0 3 * * *\"}, {event: KIND}]"
            )
            return []
        }
        return elements.compactMap { element in
            guard let fields = element.fields(["dataset", "alert", "schedule", "event", "cooldown"], diagnostics) else {
                return nil
            }
            guard let source = source(fields, names, diagnostics) else { return nil }
            let cooldown = fields.duration("cooldown")?.milliseconds ?? 0
            return TriggerSpec(project: project, pipeline: pipeline, source: source, cooldown: cooldown)
        }
    }

    /// `models.NAME.monitor.on_alert`: the deployment's alerts start a pipeline.
    static func decodeOnAlert(
        _ node: SpecNode,
        deployment: String,
        project: String,
        _ names: DeclaredNames,
        _ diagnostics: Diagnostics
    ) -> TriggerSpec? {
        guard let fields = node.fields(["run", "cooldown"], diagnostics) else { return nil }
        let cooldown = fields.duration("cooldown")?.milliseconds ?? 0
        guard let pipeline = fields.text("run", required: true, oneOf: names.pipelines) else { return nil }
        return TriggerSpec(project: project, pipeline: pipeline, source: .alert(deployment), cooldown: cooldown)
    }

    private static func source(_ fields: SpecFields, _ names: DeclaredNames, _ diagnostics: Diagnostics) -> Source? {
        let given = ["dataset", "alert", "schedule", "event"].filter(fields.has)
        guard given.count == 1, let kind = given.first else {
            diagnostics.report(
                fields.node,
                "a trigger names one of dataset, alert, schedule and event",
                hint: "one list entry a trigger"
            )
            return nil
        }
        switch kind {
        case "dataset": return fields.text(kind, required: true, oneOf: names.datasets).map { .dataset($0) }
        case "alert": return fields.text(kind, required: true, oneOf: names.models).map { .alert($0) }
        case "event": return fields.text(kind, required: true, oneOf: eventKinds.sorted()).map { .event($0) }
        default:
            guard let line = fields.text(kind, required: true) else { return nil }
            do {
                _ = try CronLine(line)
                return .schedule(line)
            } catch {
                let error = MartletError(wrapping: error)
                diagnostics.report(fields.node(kind) ?? fields.node, error.message, hint: error.hint)
                return nil
            }
        }
    }
}

extension WebhookSpec {
    static func decode(_ node: SpecNode, _ diagnostics: Diagnostics) -> [WebhookSpec] {
        guard case .list(let elements) = node.content else {
            diagnostics.report(node, "\(node.kind) stands where a list of notifications should be")
            return []
        }
        var seen: Set<String> = []
        return elements.compactMap { element in
            guard let fields = element.fields(["webhook", "events", "secret_env"], diagnostics) else { return nil }
            let url = fields.text("webhook", required: true)
            let events = fields.texts("events", required: true)
            for (kind, place) in zip(events, fields.list("events", single: true)) where !eventKinds.contains(kind) {
                diagnostics.report(
                    place,
                    "'\(kind.prefix(60))' is not a kind of event that is sent",
                    hint: Suggestion.hint(for: kind, among: eventKinds)
                )
            }
            guard let url else { return nil }
            do {
                _ = try WebhookTarget(url)
            } catch {
                let error = MartletError(wrapping: error)
                diagnostics.report(fields.node("webhook") ?? element, error.message, hint: error.hint)
                return nil
            }
            guard seen.insert(url).inserted else {
                diagnostics.report(
                    element,
                    "the webhook '\(url.prefix(80))' is declared twice",
                    hint: "list all events in one"
                )
                return nil
            }
            return WebhookSpec(url: url, events: events, secretVariable: fields.text("secret_env"))
        }
    }
}
