public import Storage

/// A file in the artifact store.
public struct ArtifactFile: Sendable, Hashable {
    /// Its path, relative to the place that was asked for.
    public let path: String
    /// Its bytes.
    public let blob: Blob
}

/// What lies directly in a folder of the artifact store.
package struct ArtifactEntry: Sendable, Hashable {
    /// Its name in the folder.
    package let name: String
    /// Its bytes; `nil` for a folder.
    package let blob: Blob?
}
