import Basics
import NIOCore
import NIOPosix
import Storage
import Subprocess
import SystemPackage

/// The demo's server: this very program as a child, on loopback.
struct DemoServer: Sendable {
    let folder: DemoFolder
    let python: String

    /// How long the server may take to start, and to stop.
    static let patience: Duration = .seconds(60)

    /// Runs `body` with a client of the server, and stops it afterwards, however that ends.
    func run(_ body: @escaping @Sendable (Client) async throws -> Void) async throws {
        let port = await Self.isFree(7750) ? 7750 : 0
        let log = try FileDescriptor.open(
            FilePath(folder.log),
            .writeOnly,
            options: [.create, .append],
            permissions: [.ownerReadWrite]
        )
        let teardown: [TeardownStep] = [.gracefulShutDown(allowedDurationToNextStep: Self.patience)]
        var options = PlatformOptions()
        // Ctrl-C is for the demo, which then stops the server in its own time.
        options.processGroupID = 0
        options.teardownSequence = teardown
        let token = ServerOptions.variable("MARTLET_TOKEN")
        _ = try await Subprocess.run(
            .path(FilePath(DemoFolder.program)),
            arguments: [
                "server", "--listen", "127.0.0.1:\(port)", "--data", folder.server, "--python", python,
                "--log-level", "notice",
            ],
            platformOptions: options,
            input: .none,
            output: .sequence,
            error: .fileDescriptor(log, closeAfterSpawningProcess: true)
        ) { [folder] execution in
            do {
                let url = try await Self.ready(execution.standardOutput, log: folder.log)
                try await Client.use(base: url, token: token, connections: 16) { client in try await body(client) }
            } catch {
                await execution.teardown(using: teardown)
                throw error
            }
            await execution.teardown(using: teardown)
        }
    }

    /// Waits for the line that says where the server answers.
    private static func ready(_ output: SubprocessOutputSequence, log: String) async throws -> String {
        let url = try await withThrowingTaskGroup(of: String?.self) { group in
            group.addTask {
                for try await line in output.strings() {
                    if let url = (try? JSON(parsing: line))?["url"]?.string { return url }
                }
                return nil
            }
            group.addTask {
                try await Task.sleep(for: patience)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
        if let url { return url }
        let said = (try? FileIO.read(log, limit: 16 << 20)).map { String(decoding: $0, as: UTF8.self) } ?? ""
        let tail = said.split(separator: "\n").suffix(5).joined(separator: "\n")
        throw MartletError(
            .unavailable,
            "the server did not start:\n\(tail)",
            hint: "its whole log is \(log); is another demo running with the same --data?"
        )
    }

    /// Whether nobody listens on a port of this machine.
    private static func isFree(_ port: Int) async -> Bool {
        do {
            let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .bind(host: "127.0.0.1", port: port).get()
            try await channel.close()
            return true
        } catch {
            return false
        }
    }
}
