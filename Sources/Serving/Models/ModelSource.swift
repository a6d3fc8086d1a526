public import Storage

/// Where models' files come from: the registry, seen from here.
public protocol ModelSource: Sendable {
    /// The files of a model's version, paths relative to the model's folder (where `MLmodel` stands).
    ///
    /// - Throws: `notFound` for a model or version that there is not.
    func files(model: String, version: Int) async throws -> FileTree
}
