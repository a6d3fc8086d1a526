import Basics
import NIOCore
import NIOHTTP1
import Storage

/// Sends files as one version of a dataset.
struct DatasetUpload: Sendable {
    let dataset: String
    var mode = "append"
    var format: String?
    var eventTime: String?

    /// The version that they made.
    ///
    /// - Parameters:
    ///   - files: At least one; each is stored first, then the version is made of all of them at once.
    func send(_ files: [String], _ client: Client, _ bar: ProgressBar = ProgressBar(isInteractive: false)) async throws
        -> JSON
    {
        let path = "/api/v1/datasets/\(QueryString.escape(dataset))"
        let sizes = try files.map { file in
            guard let size = FileIO.size(file) else { throw MartletError(.notFound, "there is no file \(file)") }
            return size
        }
        let total = max(1, sizes.reduce(0, +))
        var query = [("mode", mode)]
        if let format { query.append(("format", format)) }
        if let eventTime { query.append(("event_time", eventTime)) }
        var sent: Int64 = 0
        for (file, size) in zip(files, sizes) {
            let before = sent
            let stored = try await client.upload(.POST, "\(path)/files", file: file) { done in
                bar.update(
                    Double(before + done) / Double(total),
                    "\(Figure.bytes(before + done)) of \(Figure.bytes(total))"
                )
            }
            guard let digest = stored["digest"]?.string else {
                throw MartletError(.dataLoss, "the server's answer names no digest for \(file)")
            }
            query.append(("file", digest))
            sent += size
        }
        let answer = try await client.bytes(.POST, "\(path)/versions", query: query, deadline: .seconds(600))
        return try JSON(parsing: answer.body.readableBytesView)
    }
}
