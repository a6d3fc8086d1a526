import Basics
public import Datasets
import Storage

/// The datasets' room as pipelines see it.
extension Datasets: DatasetProvider {
    /// A version; of none is named, the newest that is not rejected.
    public func version(of dataset: String, version: Int?) async throws -> PinnedDataset? {
        let known = try await self.dataset(dataset)
        guard let number = version ?? ([known.latest] + known.waiting).compactMap(\.self).max(),
            let found = try await self.version(name: dataset, version: number)
        else { return nil }
        let status: PinnedDataset.Status
        switch found.status {
        case .accepted: status = .accepted
        case .waiting: status = .waiting(found.failures.map(Self.sentence).joined(separator: "; "))
        case .rejected: status = .rejected(found.decision?.reason ?? "no reason was given")
        }
        return PinnedDataset(
            dataset: dataset,
            version: number,
            digest: found.digest,
            status: status,
            files: try files(of: found).map { FileTree.File(path: $0.name, blob: $0.blob) }
        )
    }

    private static func sentence(_ failure: CheckFailure) -> String {
        var text = failure.column.map { "column '\($0)': " } ?? ""
        text += "\(failure.message) (check '\(failure.check)', \(failure.count) rows"
        if !failure.rows.isEmpty {
            text += ", such as \(failure.rows.prefix(5).map(String.init).joined(separator: ", "))"
        }
        return text + ")"
    }
}
