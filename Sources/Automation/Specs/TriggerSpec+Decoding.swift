import Basics
import Declarations

extension TriggerSpec {
    /// `pipelines.NAME.on`. What is not of the right form is left out here: pipelines tell of it.
    static func decode(
        _ node: SpecNode,
        pipeline: String,
        project: String,
        _ names: DeclaredNames,
        _ diagnostics: Diagnostics
    ) -> [TriggerSpec] {
        guard case .list(let elements) = node.content else { return [] }
        return elements.compactMap { element in
            guard let source = source(element, names, diagnostics) else { return nil }
            return TriggerSpec(project: project, pipeline: pipeline, source: source, cooldown: cooldown(element))
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
        guard let run = node.child("run"), let pipeline = run.scalar else { return nil }
        guard check(run, pipeline, "pipeline", names.pipelines, diagnostics) else { return nil }
        return TriggerSpec(
            project: project,
            pipeline: pipeline,
            source: .alert(deployment),
            cooldown: cooldown(node)
        )
    }

    private static func cooldown(_ node: SpecNode) -> Int64 {
        node.child("cooldown")?.scalar.flatMap(Duration.init(spec:))?.milliseconds ?? 0
    }

    private static func source(_ node: SpecNode, _ names: DeclaredNames, _ diagnostics: Diagnostics) -> Source? {
        if let dataset = node.child("dataset")?.scalar { return .dataset(dataset) }
        if let place = node.child("alert"), let name = place.scalar {
            return check(place, name, "model", names.models, diagnostics) ? .alert(name) : nil
        }
        if let place = node.child("event"), let kind = place.scalar {
            return check(place, kind, "kind of event", eventKinds.sorted(), diagnostics) ? .event(kind) : nil
        }
        guard let place = node.child("schedule"), let line = place.scalar else { return nil }
        do {
            _ = try CronLine(line)
            return .schedule(line)
        } catch {
            let error = MartletError(wrapping: error)
            diagnostics.report(place, error.message, hint: error.hint)
            return nil
        }
    }

    private static func check(
        _ node: SpecNode,
        _ name: String,
        _ what: String,
        _ known: [String],
        _ diagnostics: Diagnostics
    ) -> Bool {
        if known.contains(name) { return true }
        diagnostics.report(
            node,
            "there is no \(what) '\(name.prefix(60))'",
            hint: Suggestion.hint(for: name, among: known)
        )
        return false
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
