/// A Python that steps and models run in.
public struct PythonEnvironment: Sendable, Hashable {
    /// The interpreter.
    public let python: String
    /// The digest of what fixes the environment: part of every cache key, and of the evidence.
    public let lock: String

    /// Names an environment.
    public init(python: String, lock: String) {
        self.python = python
        self.lock = lock
    }

    /// The folder of its programs: first in a step's `PATH`.
    public var programs: String {
        python.lastIndex(of: "/").map { String(python[..<$0]) } ?? "/usr/bin"
    }
}
