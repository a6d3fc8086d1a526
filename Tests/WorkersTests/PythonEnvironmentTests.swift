import Basics
import MartletTesting
import Testing
import Workers

@Suite(.timeLimit(.minutes(1))) struct PythonEnvironmentTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func lock(_ files: [String: String]) -> EnvironmentLock {
        EnvironmentLock(files: files.mapValues { Array($0.utf8) })
    }

    @Test func `the best lock that there is decides, and other files do not matter`() {
        #expect(lock(["uv.lock": "a", "pyproject.toml": "b", "requirements.txt": "c"]).form == .uvLock)
        #expect(lock(["pyproject.toml": "b", "requirements.txt": "c"]).form == .requirements)
        #expect(lock(["pyproject.toml": "b"]).form == .project)
        #expect(lock([:]).form == .none)
        let one = lock(["pyproject.toml": "b", "requirements.txt": "c"])
        #expect(one.digest() == lock(["pyproject.toml": "other", "requirements.txt": "c"]).digest())
        #expect(one.digest() != lock(["requirements.txt": "d"]).digest())
        #expect(one.digest() != one.digest(interpreter: "3.11"))
    }

    @Test func `an interpreter that is named is taken, and nothing is installed`() async throws {
        let environments = PythonEnvironments(
            root: folder.path("environments"),
            python: "/usr/bin/python3",
            uv: "no-such-uv"
        )
        let environment = try await environments.environment(for: lock(["requirements.txt": "numpy"]))
        #expect(environment.python == "/usr/bin/python3")
        #expect(environment.programs == "/usr/bin")
    }

    @Test func `an interpreter that is not there is told with what to do`() async throws {
        let environments = PythonEnvironments(root: folder.path("environments"), python: "/nowhere/python")
        let error = await #expect(throws: MartletError.self) { try await environments.environment(for: lock([:])) }
        #expect(error?.message == "the Python interpreter '/nowhere/python' cannot be started")
        #expect(error?.hint?.contains("set 'python'") == true)
    }

    @Test func `a missing uv is told with what to install`() async throws {
        let environments = PythonEnvironments(root: folder.path("environments"), uv: "no-such-uv")
        let error = await #expect(throws: MartletError.self) {
            try await environments.environment(for: lock(["requirements.txt": "numpy"]))
        }
        #expect(error?.code == .unavailable)
        #expect(error?.hint?.hasPrefix("install uv") == true)
    }

    @Test func `an environment is made once for many who ask`() async throws {
        let fake = folder.path("uv")
        let script = "#!/bin/sh\necho \"$@\" >> \(folder.path("calls"))\necho Resolved 1 package >&2\nsleep 0.2\n"
        try Script.write(script, to: fake)
        let environments = PythonEnvironments(root: folder.path("environments"), uv: fake)
        let wanted = lock(["requirements.txt": "numpy"])
        let found = try await withThrowingTaskGroup(of: PythonEnvironment.self) { group in
            for _ in 0..<8 { group.addTask { try await environments.environment(for: wanted) } }
            return try await group.reduce(into: Set<PythonEnvironment>()) { $0.insert($1) }
        }
        #expect(found.count == 1)
        let calls = try Script.read(folder.path("calls")).split(separator: "\n")
        #expect(calls.count == 2)
        #expect(calls.first?.contains("venv") == true)
        #expect(calls.last?.contains("pip install") == true)
    }

    @Test func `what uv says about a lock that cannot be is told`() async throws {
        let fake = folder.path("uv")
        try Script.write("#!/bin/sh\necho 'error: no solution found' >&2\nexit 1\n", to: fake)
        let environments = PythonEnvironments(root: folder.path("environments"), uv: fake)
        let error = await #expect(throws: MartletError.self) {
            try await environments.environment(for: lock(["requirements.txt": "numpy"]))
        }
        #expect(error?.message == "uv venv failed: error: no solution found")
    }
}
