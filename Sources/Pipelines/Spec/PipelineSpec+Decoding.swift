import Basics
public import Declarations

extension PipelineSpec {
    /// How many steps a pipeline may have.
    private static let stepLimit = 1000

    /// Decodes the whole section `pipelines:` of a project file.
    ///
    /// - Parameters:
    ///   - node: The section.
    ///   - datasets: The datasets that the project declares; `nil` to leave references to datasets unchecked.
    ///   - diagnostics: Where mistakes go.
    public static func decodeAll(_ node: SpecNode, datasets: [String]?, _ diagnostics: Diagnostics) -> [PipelineSpec] {
        node.entries(diagnostics).compactMap { decode($0, datasets: datasets, diagnostics) }
    }

    /// Decodes one pipeline: its name and what stands under it.
    public static func decode(_ entry: SpecEntry, datasets: [String]?, _ diagnostics: Diagnostics) -> PipelineSpec? {
        guard let fields = entry.value.fields(["description", "on", "steps"], diagnostics) else { return nil }
        let entries = fields.entries("steps", required: true)
        guard entries.count <= stepLimit else {
            diagnostics.report(
                entry.value,
                "\(entries.count) steps are more than a pipeline may have",
                hint: "at most \(stepLimit)"
            )
            return nil
        }
        let steps = entries.compactMap { StepSpec.decode($0, diagnostics) }
        let spec = PipelineSpec(
            name: entry.key,
            description: fields.text("description"),
            triggers: fields.list("on").compactMap { TriggerSpec.decode($0, datasets: datasets, diagnostics) },
            steps: steps
        )
        if fields.node("steps") != nil, entries.isEmpty {
            diagnostics.report(entry.value, "the pipeline '\(entry.key)' has no steps")
        }
        for (step, entry) in zip(steps, entries) where steps.count == entries.count {
            spec.checkReferences(of: step, entry, datasets, diagnostics)
        }
        if steps.count == entries.count, let cycle = cycle(in: steps),
            let at = entries.first(where: { $0.key == cycle[0] })
        {
            diagnostics.report(
                at: at.keyPosition,
                path: at.value.path,
                "the steps wait for each other in a circle: \(cycle.joined(separator: " needs "))",
                hint: "take one of these inputs or 'after' entries away"
            )
        }
        return spec
    }

    private func checkReferences(
        of step: StepSpec,
        _ entry: SpecEntry,
        _ datasets: [String]?,
        _ diagnostics: Diagnostics
    ) {
        let inputs = entry.value.child("inputs")
        for (name, source) in step.inputs {
            let node = inputs?.child(name) ?? entry.value
            switch source {
            case .dataset(let dataset, _):
                guard let datasets, !datasets.contains(dataset) else { continue }
                diagnostics.report(
                    node,
                    "the dataset '\(dataset)' is not declared",
                    hint: Suggestion.hint(for: dataset, among: datasets)
                )
            case .output(let reference): check(reference, node, diagnostics)
            }
        }
        if case .register(_, let from) = step.action {
            check(from, entry.value.child("from") ?? entry.value, diagnostics)
        }
        for name in step.after where self.step(name) == nil {
            diagnostics.report(
                entry.value.child("after") ?? entry.value,
                "there is no step '\(name)'",
                hint: Suggestion.hint(for: name, among: steps.map(\.name))
            )
        }
    }

    private func check(_ reference: StepSpec.OutputReference, _ node: SpecNode, _ diagnostics: Diagnostics) {
        guard let step = step(reference.step) else {
            let hint = Suggestion.hint(for: reference.step, among: steps.map(\.name))
            return diagnostics.report(node, "there is no step '\(reference.step)'", hint: hint)
        }
        guard !step.outputs.contains(reference.output) else { return }
        diagnostics.report(
            node,
            "the step '\(step.name)' has no output '\(reference.output)'",
            hint: Suggestion.hint(for: reference.output, among: step.outputs)
        )
    }
}

extension TriggerSpec {
    static func decode(_ node: SpecNode, datasets: [String]?, _ diagnostics: Diagnostics) -> TriggerSpec? {
        let kinds = Kind.allCases.map(\.rawValue)
        guard let fields = node.fields(kinds + ["cooldown"], diagnostics) else { return nil }
        let named = Kind.allCases.filter { fields.has($0.rawValue) }
        guard let kind = named.first, named.count == 1 else {
            diagnostics.report(
                node,
                named.isEmpty ? "a trigger names nothing to wait for" : "a trigger waits for one thing only",
                hint: "one of \(kinds.joined(separator: ", "))"
            )
            return nil
        }
        guard let value = fields.text(kind.rawValue, required: true) else { return nil }
        if kind == .dataset, let datasets, !datasets.contains(value) {
            diagnostics.report(
                node.child("dataset") ?? node,
                "the dataset '\(value)' is not declared",
                hint: Suggestion.hint(for: value, among: datasets)
            )
        }
        return TriggerSpec(kind: kind, value: value, cooldown: fields.duration("cooldown"))
    }
}

extension SpecNode {
    /// The value under a key of a mapping.
    func child(_ key: String) -> SpecNode? {
        guard case .mapping(let entries) = content else { return nil }
        return entries.first { $0.key == key }?.value
    }
}
