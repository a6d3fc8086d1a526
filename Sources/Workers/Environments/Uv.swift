import Basics
import Subprocess
import SystemPackage

/// Runs `uv`, and tells what it says in our own errors.
struct Uv {
    /// How many lines of its last words an error repeats.
    private static let repeated = 12

    let program: String
    let folder: String
    let progress: PythonEnvironments.Progress

    /// Runs one command to its end.
    ///
    /// - Throws: `unavailable` where `uv` is not there, `invalidArgument` where it fails, with its last lines.
    func run(_ arguments: [String], environment: [Environment.Key: String] = [:]) async throws {
        let executable: Executable = program.contains("/") ? .path(FilePath(program)) : .name(program)
        let lines: [String]
        let status: TerminationStatus
        do {
            let result = try await Subprocess.run(
                executable,
                arguments: Arguments(["--no-progress", "--color", "never"] + arguments),
                environment: .inherit.updating(environment.mapValues { Optional($0) }),
                workingDirectory: FilePath(folder),
                input: .none,
                output: .discarded,
                error: .sequence
            ) { execution in
                var last: [String] = []
                for try await line in execution.standardError.strings() {
                    let text = line.trimmingSuffix { $0.isNewline }
                    guard !text.isEmpty else { continue }
                    progress(String(text))
                    last.append(String(text))
                    if last.count > Self.repeated { last.removeFirst() }
                }
                return last
            }
            lines = result.closureResult
            status = result.terminationStatus
        } catch {
            throw MartletError(
                .unavailable,
                "'\(program)' cannot be started, and without it no Python environment can be made",
                hint:
                    "install uv (pip install uv, or docs.astral.sh/uv), or set 'python' to an interpreter that has what the project needs",
                cause: error
            )
        }
        guard status.isSuccess else {
            throw MartletError(
                .invalidArgument,
                "uv \(arguments.first ?? "") failed: \(lines.joined(separator: "\n"))",
                hint: "correct the project's requirements and apply it again"
            )
        }
    }
}

extension String {
    fileprivate func trimmingSuffix(_ isTrimmed: (Character) -> Bool) -> Substring {
        var text = self[...]
        while let last = text.last, isTrimmed(last) { text.removeLast() }
        return text
    }
}
