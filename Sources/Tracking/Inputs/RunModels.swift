/// The logged models that a run used and made.
public struct RunModels: Sendable, Hashable {
    /// The ids of those that it used.
    public var inputs: [String] = []
    /// Those that it made.
    public var outputs: [ModelOutput] = []

    init() {}
}

/// A logged model that a run made.
public struct ModelOutput: Sendable, Hashable {
    /// Its id.
    public let model: String
    /// At which step.
    public let step: Int64
}
