import Basics
public import Storage

/// What pipelines need of the datasets' room.
public protocol DatasetProvider: Sendable {
    /// A version of a dataset.
    ///
    /// - Parameters:
    ///   - dataset: Its name.
    ///   - version: Which; `nil` for the newest that is not rejected.
    /// - Returns: `nil` where there is none.
    func version(of dataset: String, version: Int?) async throws -> PinnedDataset?
}

/// A version of a dataset, as a step may use it.
public struct PinnedDataset: Sendable, Hashable {
    /// Whether it may be used.
    public enum Status: Sendable, Hashable {
        /// It may.
        case accepted
        /// A check failed, and a person has to decide; the sentence says which: column, count, sample rows.
        case waiting(String)
        /// It was rejected; the sentence says why.
        case rejected(String)
    }

    /// The dataset's name.
    public let dataset: String
    /// The version.
    public let version: Int
    /// The digest of its content.
    public let digest: String
    /// Whether it may be used.
    public let status: Status
    /// Its files, under the names that they shall have in a folder.
    public let files: [FileTree.File]

    /// Makes one.
    public init(dataset: String, version: Int, digest: String, status: Status, files: [FileTree.File]) {
        self.dataset = dataset
        self.version = version
        self.digest = digest
        self.status = status
        self.files = files
    }

    /// Its address.
    public var address: String { "dataset:\(dataset)@\(version)" }
}
