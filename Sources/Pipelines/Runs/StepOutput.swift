public import Basics
public import Storage

/// What a step left: a file or a folder, in the blob store.
public struct StepOutput: Sendable, Hashable {
    /// Whether it is one file or a folder.
    public enum Kind: String, Sendable, Hashable {
        /// One file.
        case file
        /// A folder.
        case folder
    }

    /// The output's name.
    public let name: String
    /// The digest of its tree's manifest.
    public let digest: String
    /// Whether it is one file or a folder.
    public let kind: Kind
    /// Its files.
    public let files: [FileTree.File]

    /// How many bytes.
    public var size: Int64 { files.reduce(0) { $0 + $1.blob.size } }

    /// As the API shows it, and as it is stored: the files are in the manifest.
    public var json: JSON {
        [
            "name": .string(name), "digest": .string(digest), "kind": .string(kind.rawValue),
            "files": JSON(files.count),
            "size": .int(size),
        ]
    }
}
