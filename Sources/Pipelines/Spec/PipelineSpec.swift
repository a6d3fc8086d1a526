public import Basics

/// A pipeline, as declared.
public struct PipelineSpec: Sendable, Hashable {
    /// Its name in the project.
    public var name: String
    /// What it is for.
    public var description: String?
    /// What starts it by itself.
    public var triggers: [TriggerSpec]
    /// Its steps, in the order in which they are written.
    public var steps: [StepSpec]

    /// Makes a pipeline.
    public init(name: String, description: String? = nil, triggers: [TriggerSpec] = [], steps: [StepSpec]) {
        self.name = name
        self.description = description
        self.triggers = triggers
        self.steps = steps
    }

    /// The step of a name.
    public func step(_ name: String) -> StepSpec? { steps.first { $0.name == name } }

    /// The datasets that its steps take, with the version where a step fixes one.
    public var datasets: [(name: String, version: Int?)] {
        var found: [(name: String, version: Int?)] = []
        for step in steps {
            for case (_, .dataset(let name, let version)) in step.inputs
            where !found.contains(where: { $0.name == name && $0.version == version }) {
                found.append((name, version))
            }
        }
        return found
    }

    /// As it is stored.
    public var json: JSON {
        [
            "name": .string(name), "description": JSON(description), "triggers": .array(triggers.map(\.json)),
            "steps": .array(steps.map(\.json)),
        ]
    }

    /// Reads a stored pipeline.
    public init(json: JSON) throws {
        guard let name = json["name"]?.string, let steps = json["steps"]?.array else {
            throw MartletError(.dataLoss, "a stored pipeline is not complete")
        }
        self.init(
            name: name,
            description: json["description"]?.string,
            triggers: json["triggers"]?.array?.compactMap(TriggerSpec.init(json:)) ?? [],
            steps: try steps.map(StepSpec.init(json:))
        )
    }

    /// The first cycle of dependencies that there is, its first step repeated at the end: `a, b, a`.
    ///
    /// - Complexity: O(*steps* + *dependencies*).
    static func cycle(in steps: [StepSpec]) -> [String]? {
        let known = Dictionary(steps.map { ($0.name, $0.dependencies) }, uniquingKeysWith: { first, _ in first })
        var done: Set<String> = []
        var path: [String] = []
        func visit(_ name: String) -> [String]? {
            if let start = path.firstIndex(of: name) { return path[start...] + [name] }
            guard !done.contains(name), let next = known[name] else { return nil }
            path.append(name)
            defer { path.removeLast() }
            for dependency in next { if let cycle = visit(dependency) { return cycle } }
            done.insert(name)
            return nil
        }
        for step in steps { if let cycle = visit(step.name) { return cycle } }
        return nil
    }
}
