/// An output of a step, as a project file names it: `steps.prepare.holdout`.
public struct OutputReference: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The step.
    public var step: String
    /// Its output.
    public var output: String

    /// Names an output.
    public init(step: String, output: String) {
        self.step = step
        self.output = output
    }

    /// Reads `steps.STEP.OUTPUT`; `nil` for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "steps", !parts[1].isEmpty, !parts[2].isEmpty else { return nil }
        self.init(step: String(parts[1]), output: String(parts[2]))
    }

    /// The name that pipelines know it by: `prepare.holdout`.
    public var name: String { "\(step).\(output)" }

    /// As the project file writes it.
    public var description: String { "steps.\(name)" }
}
