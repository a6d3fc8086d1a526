#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The Python that model workers run in.
public struct ModelPython: Sendable, Hashable {
    /// The interpreter, with MLflow and what the models need installed.
    public var executable: String
    /// The folder that holds the package `martlet`; `nil` where it is installed in the environment.
    public var packages: String?

    /// Names an interpreter.
    public init(executable: String, packages: String? = nil) {
        self.executable = executable
        self.packages = packages
    }

    /// What a worker's environment holds. Nothing of the server's own is inherited: it may hold secrets.
    func environment(home: String) -> [String: String] {
        var environment = [
            "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": home, "TMPDIR": home, "LANG": "C.UTF-8",
            "PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0",
            "MLFLOW_DISABLE_TELEMETRY": "true",
        ]
        if let packages { environment["PYTHONPATH"] = packages }
        // Where a system keeps its libraries in an unusual place, Python needs to know.
        if let libraries = getenv("LD_LIBRARY_PATH").map({ String(cString: $0) }) {
            environment["LD_LIBRARY_PATH"] = libraries
        }
        return environment
    }
}
