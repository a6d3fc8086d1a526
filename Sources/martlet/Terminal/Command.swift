import Basics
import Subprocess
import SystemPackage

/// Other programs that a verb asks: git, uv, Python.
enum Command {
    /// What a program answered.
    struct Answer: Sendable {
        let isSuccess: Bool
        let output: [UInt8]
        let error: String

        /// The output without the newline at its end.
        var text: String {
            var text = String(decoding: output, as: UTF8.self)
            while text.last?.isNewline == true { text.removeLast() }
            return text
        }
    }

    /// Runs a program and gives what it said.
    ///
    /// - Parameters:
    ///   - limit: The most bytes that it may say; more is an error.
    ///   - within: How long it may take; it is ended then.
    /// - Returns: `nil` where there is no such program or it took too long.
    static func ask(
        _ program: String,
        _ arguments: [String],
        in folder: String? = nil,
        limit: Int = 16 << 20,
        within: Duration = .seconds(30)
    ) async -> Answer? {
        await withTaskGroup(of: Answer?.self) { group in
            group.addTask {
                do {
                    let result = try await run(
                        program.contains("/") ? .path(FilePath(program)) : .name(program),
                        arguments: Arguments(arguments),
                        workingDirectory: folder.map { FilePath($0) },
                        output: .bytes(limit: limit),
                        error: .string(limit: 1 << 20)
                    )
                    return Answer(
                        isSuccess: result.terminationStatus.isSuccess,
                        output: result.standardOutput,
                        error: result.standardError
                    )
                } catch {
                    return nil
                }
            }
            group.addTask {
                try? await Task.sleep(for: within)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
    }
}
