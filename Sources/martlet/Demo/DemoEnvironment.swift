import Basics
import Foundation
import NIOPosix
import Storage

/// Prepares what the demo needs of Python: an environment, and the data.
struct DemoEnvironment: Sendable {
    let folder: DemoFolder
    let project: String

    /// The interpreter: the one that was named, as it is, or that of an environment made from the project's requirements.
    func python(_ named: String?) async throws -> String {
        if let named { return try await check(named) }
        let requirements = try FileIO.read(project + "/requirements.txt", limit: 1 << 20)
        let digest = Digest.sha256(requirements)
        let python = folder.environment + "/bin/python"
        let stamp = folder.environment + "/demo.complete"
        if let known = try? FileIO.read(stamp, limit: 1024), String(decoding: known, as: UTF8.self) == digest {
            return python
        }
        Terminal.note("preparing a Python environment in \(folder.environment) (once)")
        try await step("uv", ["venv", "--quiet", "--allow-existing", "--no-project", folder.environment], within: 120)
        try await step(
            "uv",
            ["pip", "install", "--quiet", "--python", python, "-r", project + "/requirements.txt"],
            within: 900
        )
        try await NIOThreadPool.singleton.runIfActive {
            try FileIO.writeAtomically(Array(digest.utf8), to: stamp)
        }
        return python
    }

    private func check(_ named: String) async throws -> String {
        // Absolute, since steps have folders of their own; a link is kept, since it says which environment is meant.
        let isPath = named.contains("/") && !named.hasPrefix("/")
        let python = isPath ? FileManager.default.currentDirectoryPath + "/" + named : named
        // Found, not loaded: loading takes seconds.
        let script =
            "import importlib.util as u, sys; print([m for m in ('mlflow', 'sklearn', 'duckdb') if not u.find_spec(m)])"
        guard let answer = await Command.ask(python, ["-c", script], within: .seconds(60)), answer.isSuccess else {
            try Task.checkCancellation()
            throw MartletError(
                .notFound,
                "the Python interpreter '\(named)' cannot be started",
                hint: "name one by --python, or leave it out and unset MARTLET_PYTHON: then uv makes an environment"
            )
        }
        guard answer.text == "[]" else {
            throw MartletError(
                .conflict,
                "the Python interpreter '\(named)' lacks packages of the project: \(answer.text)",
                hint: "\(named) -m pip install -r \(project)/requirements.txt"
            )
        }
        return python
    }

    /// The data, fetched once.
    func fetch(_ python: String) async throws -> DemoYear {
        if FileIO.size(folder.flights + "/manifest.json") == nil {
            Terminal.note("fetching the flights of 2013 into \(folder.flights) (once)")
            try await step(python, [project + "/fetch.py", folder.flights], within: 900)
        }
        return try await NIOThreadPool.singleton.runIfActive { [folder] in try DemoYear(folder: folder.flights) }
    }

    private func step(_ program: String, _ arguments: [String], within seconds: Int) async throws {
        let answer = await Command.ask(program, arguments, in: project, within: .seconds(seconds))
        try Task.checkCancellation()
        guard let answer else {
            throw MartletError(
                .unavailable,
                "'\(program)' cannot be started, or took longer than \(seconds) s",
                hint: program == "uv"
                    ? "install uv (`python3 -m pip install uv`), or name an interpreter that has the packages by --python"
                    : nil
            )
        }
        guard answer.isSuccess else {
            let said = answer.error.split(separator: "\n").suffix(12).joined(separator: "\n")
            throw MartletError(
                .unavailable,
                "'\(program) \(arguments.prefix(3).joined(separator: " "))' failed:\n\(said)",
                hint: "it is safe to run the demo again"
            )
        }
    }
}
