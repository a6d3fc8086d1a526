import Basics

/// What a project says its Python environment is: the file that fixes it, and that file's bytes.
public struct EnvironmentLock: Sendable, Hashable {
    /// The forms in which it can be said, best first.
    public enum Form: String, Sendable, Hashable, CaseIterable {
        /// `uv.lock` beside `pyproject.toml`: every package with its hash.
        case uvLock = "uv.lock"
        /// `requirements.txt`: pinned or not.
        case requirements = "requirements.txt"
        /// `pyproject.toml` alone: what `uv` finds on the day.
        case project = "pyproject.toml"
        /// Nothing: an interpreter and the standard library.
        case none = ""
    }

    /// The form.
    public let form: Form
    /// The files that `uv` reads, by name.
    public let files: [String: [UInt8]]

    /// Makes a lock of the files at the top of a project's folder.
    ///
    /// - Parameter files: Those of ``names`` that are there, by name.
    public init(files: [String: [UInt8]]) {
        let form: Form =
            if files["uv.lock"] != nil, files["pyproject.toml"] != nil {
                .uvLock
            } else if files["requirements.txt"] != nil {
                .requirements
            } else if files["pyproject.toml"] != nil {
                .project
            } else {
                .none
            }
        self.form = form
        let wanted: [String] =
            switch form {
            case .uvLock: ["uv.lock", "pyproject.toml"]
            case .requirements: ["requirements.txt"]
            case .project: ["pyproject.toml"]
            case .none: []
            }
        self.files = files.filter { wanted.contains($0.key) || $0.key == ".python-version" }
    }

    /// The files that are looked for at the top of a project's folder.
    public static let names = ["uv.lock", "pyproject.toml", "requirements.txt", ".python-version"]

    /// The digest of all that fixes the environment.
    ///
    /// - Parameter interpreter: The version of Python, where it is fixed from outside.
    public func digest(interpreter: String? = nil) -> String {
        let parts: JSON = [
            "form": .string(form.rawValue), "interpreter": JSON(interpreter),
            "files": JSON(files.mapValues { Digest.sha256($0) }),
        ]
        return Digest.sha256(parts.canonicalBytes())
    }
}
