import Basics
import Storage

/// What `fetch.py` laid out: the months as files, and what the world sends hour by hour.
struct DemoYear: Sendable {
    /// A month's landed flights.
    struct Month: Sendable {
        let name: String
        let file: String
        let end: String
    }

    /// A month to be lived.
    struct Replay: Sendable {
        let name: String
        let file: String
        let hours: Int
        let end: String
    }

    let months: [Month]
    let replay: [Replay]

    /// Reads the manifest.
    init(folder: String) throws {
        let path = folder + "/manifest.json"
        let json = try JSON(parsing: FileIO.read(path, limit: 4 << 20))
        func text(_ item: JSON, _ key: String) throws -> String {
            guard let text = item[key]?.string, !text.contains("/") else {
                throw MartletError(.dataLoss, "\(path) has an entry without '\(key)'", hint: "remove it to fetch anew")
            }
            return text
        }
        months = try (json["months"]?.array ?? []).map { item in
            Month(
                name: try text(item, "month"),
                file: "\(folder)/\(try text(item, "file"))",
                end: try text(item, "end")
            )
        }
        replay = try (json["replay"]?.array ?? []).map { item in
            Replay(
                name: try text(item, "month"),
                file: "\(folder)/\(try text(item, "file"))",
                hours: item["hours"]?.int.map { Int($0) } ?? 0,
                end: try text(item, "end")
            )
        }
        guard !history.isEmpty else {
            throw MartletError(.dataLoss, "\(path) names no months to train on", hint: "remove it to fetch anew")
        }
    }

    /// The months before the first that is lived: what the first model learns from.
    var history: [Month] { months.filter { month in replay.first.map { month.name < $0.name } ?? false } }

    /// The landed flights of a month that was lived.
    func landed(_ replay: Replay) -> Month? { months.first { $0.name == replay.name } }
}
