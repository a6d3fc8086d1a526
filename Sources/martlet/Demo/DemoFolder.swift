import Basics
import Foundation
import Storage

/// The demo's folder: the server's data, what was downloaded, how far the replay has come.
struct DemoFolder: Sendable {
    let path: String

    init(_ path: String) throws {
        try FileIO.makeFolder(path)
        self.path = URL(fileURLWithPath: path).standardizedFileURL.path
    }

    var server: String { path + "/server" }
    var log: String { path + "/server.log" }
    var flights: String { path + "/flights" }
    var environment: String { path + "/python" }
    private var state: String { path + "/demo.json" }

    /// Removes what an earlier demo stored, but not what it downloaded.
    func startOver() throws {
        if FileIO.facts(server) != nil {
            // Only what a server made is removed, whatever the option named.
            guard FileIO.size(server + "/martlet.db") != nil || FileIO.size(server + "/server.lock") != nil else {
                throw MartletError(
                    .conflict,
                    "\(server) is not a server's folder",
                    hint: "remove it yourself, or choose another --data"
                )
            }
            try remove(server)
        }
        for file in [state, log] where FileIO.size(file) != nil { try remove(file) }
    }

    private func remove(_ path: String) throws {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            throw MartletError(.unavailable, "\(path) cannot be removed", cause: error)
        }
    }

    /// How far the replay has come; the beginning where nothing is stored or it cannot be read.
    func progress() -> DemoProgress {
        guard let bytes = try? FileIO.read(state, limit: 1 << 20), let json = try? JSON(parsing: bytes) else {
            return DemoProgress()
        }
        return DemoProgress(json: json)
    }

    func store(_ progress: DemoProgress) throws { try FileIO.writeAtomically(progress.json.bytes(), to: state) }

    /// The flights project: from here upwards, or from this program upwards.
    static func project() throws -> String {
        let program = URL(fileURLWithPath: Self.program).resolvingSymlinksInPath().deletingLastPathComponent()
        let here = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
        for start in [here, program] {
            var folder = start
            for _ in 0..<8 {
                let candidate = folder.appendingPathComponent("examples/flights").path
                if FileIO.size(candidate + "/martlet.yaml") != nil { return candidate }
                folder = folder.deletingLastPathComponent()
            }
        }
        throw MartletError(
            .notFound,
            "the project examples/flights is neither here nor near this program",
            hint: "name it: martlet demo --project FOLDER"
        )
    }

    /// This very program, so that the server is of the same version.
    static var program: String {
        if let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") { return path }
        return Bundle.main.executablePath ?? CommandLine.arguments[0]
    }
}
