import Basics
public import Declarations
import Serving

extension AutomationSpec {
    /// Reads a project file's automation: `models.*.promote`, `models.*.monitor`'s reference and `on_alert`, `pipelines.*.on`
    /// and `notifications`; `models.*.deploy` as serving has it. The form of `deploy`, `on` and `on_alert` is for serving, pipelines
    /// and monitoring to check, which read them too, so that a mistake is told once; what they name is checked here.
    ///
    /// - Parameters:
    ///   - file: The whole file.
    ///   - project: The project's name.
    ///   - diagnostics: Where mistakes go.
    public static func decode(_ file: SpecNode, project: String, _ diagnostics: Diagnostics) -> AutomationSpec {
        let names = DeclaredNames(file)
        var spec = AutomationSpec(project: project)
        for entry in file.child("models")?.mapping ?? [] {
            spec.models.append(ModelSpec.decode(entry, names, diagnostics))
            if let alert = entry.value.child("monitor")?.child("on_alert"),
                let trigger = TriggerSpec.decodeOnAlert(
                    alert,
                    deployment: entry.key,
                    project: project,
                    names,
                    diagnostics
                )
            {
                spec.triggers.append(trigger)
            }
        }
        for entry in file.child("pipelines")?.mapping ?? [] {
            guard let on = entry.value.child("on") else { continue }
            spec.triggers += TriggerSpec.decode(on, pipeline: entry.key, project: project, names, diagnostics)
        }
        // The same alert may be named by a pipeline and by a model's monitoring: one trigger, the longer cool-down.
        spec.triggers = spec.triggers.reduce(into: []) { kept, trigger in
            if let index = kept.firstIndex(where: { $0.name == trigger.name }) {
                kept[index].cooldown = max(kept[index].cooldown, trigger.cooldown)
            } else {
                kept.append(trigger)
            }
        }
        if let notifications = file.child("notifications") {
            spec.webhooks = WebhookSpec.decode(notifications, diagnostics)
        }
        return spec
    }
}

/// The names that a file declares, so that a reference to none of them can be told.
struct DeclaredNames {
    var datasets: [String] = []
    var pipelines: [String] = []
    var models: [String] = []
    /// `steps.STEP.OUTPUT` of every pipeline.
    var outputs: [String] = []

    init(_ file: SpecNode) {
        datasets = file.child("datasets")?.mapping.map(\.key) ?? []
        models = file.child("models")?.mapping.map(\.key) ?? []
        for pipeline in file.child("pipelines")?.mapping ?? [] {
            pipelines.append(pipeline.key)
            for step in pipeline.value.child("steps")?.mapping ?? [] {
                guard case .list(let names)? = step.value.child("outputs")?.content else { continue }
                for case .scalar(let name, _) in names.map(\.content) { outputs.append("steps.\(step.key).\(name)") }
            }
        }
    }
}

extension SpecNode {
    /// The entries of a mapping; none for anything else.
    var mapping: [SpecEntry] { if case .mapping(let entries) = content { entries } else { [] } }

    /// The value of a key of a mapping; `nil` for a missing or null one.
    func child(_ key: String) -> SpecNode? {
        guard let value = mapping.first(where: { $0.key == key })?.value, value.content != .null else { return nil }
        return value
    }

    /// The plain text; `nil` for anything else.
    var scalar: String? { if case .scalar(let text, _) = content { text } else { nil } }
}

extension ModelSpec {
    static func decode(_ entry: SpecEntry, _ names: DeclaredNames, _ diagnostics: Diagnostics) -> ModelSpec {
        ModelSpec(
            name: entry.key,
            promote: entry.value.child("promote").flatMap { PromotionPolicy.decode($0, names, diagnostics) },
            deploy: entry.value.mapping.first { $0.key == "deploy" }
                .flatMap { DeploymentSpec.decode($0.value, Diagnostics())?.json.text() },
            reference: entry.value.child("monitor")?.child("reference").flatMap {
                OutputReference.decode($0, names, diagnostics)
            }
        )
    }
}

extension OutputReference {
    static func decode(_ node: SpecNode, _ names: DeclaredNames, _ diagnostics: Diagnostics) -> OutputReference? {
        guard let text = node.scalar, let reference = OutputReference(text) else {
            diagnostics.report(node, "\(node.kind) is not an output of a step", hint: "steps.STEP.OUTPUT")
            return nil
        }
        guard names.outputs.contains(text) else {
            diagnostics.report(
                node,
                "no pipeline has the output '\(text.prefix(80))'",
                hint: Suggestion.hint(for: text, among: names.outputs)
            )
            return nil
        }
        return reference
    }
}
