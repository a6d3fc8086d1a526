import Basics
import NIOPosix
import Storage

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A project's folder on this machine: its declaration, the state of its code, and the code itself.
struct ProjectFolder: Sendable {
    /// The largest code that is sent: 64 MiB. Data belongs into datasets.
    static let limit = 64 << 20

    /// Absolute.
    let path: String
    /// The declaration as it was named.
    let file: String
    /// The declaration's text.
    let text: String

    /// Finds the project.
    ///
    /// - Parameter named: `martlet.yaml` or the folder it stands in; the current folder for none.
    init(named: String?) throws {
        let named = named ?? "martlet.yaml"
        file = Self.isFolder(named) ? (named == "." ? "martlet.yaml" : Self.joined(named, "martlet.yaml")) : named
        guard FileIO.size(file) != nil else {
            throw MartletError(
                .notFound,
                "there is no file \(file)",
                hint: "go to the project's folder, or name the file: `martlet apply FOLDER/martlet.yaml`"
            )
        }
        let bytes = try FileIO.read(file, limit: 4 << 20)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw MartletError(.invalidArgument, "\(file) is not UTF-8 text")
        }
        self.text = text
        guard let absolute = realpath(FileIO.parent(of: file), nil) else { throw FileIO.failure("realpath", file) }
        defer { free(absolute) }
        path = String(cString: absolute)
    }

    /// The code as an archive, with its digest.
    func bundle() async throws -> CodeBundle {
        let known = await Git.files(path)
        return try await NIOThreadPool.singleton.runIfActive { [path] in
            try CodeBundle(folder: path, names: known ?? Self.walk(path))
        }
    }

    static func isFolder(_ path: String) -> Bool {
        FileIO.facts(path)?.kind == .folder
    }

    static func joined(_ folder: String, _ name: String) -> String {
        folder.hasSuffix("/") ? folder + name : folder + "/" + name
    }

    /// What is no code, in a folder where git does not say so.
    private static let leftOut: Set<String> = [
        ".git", ".hg", ".svn", ".venv", "venv", "__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".tox",
        ".ipynb_checkpoints", "node_modules", "mlruns", "mlartifacts", "martlet-data", ".DS_Store", ".env",
    ]

    /// The files under a folder, without those that are no code.
    private static func walk(_ root: String) throws -> [String] {
        var found: [String] = []
        var folders = [""]
        while let folder = folders.popLast() {
            guard let directory = opendir(root + "/" + folder) else {
                throw FileIO.failure("opendir", root + "/" + folder)
            }
            defer { closedir(directory) }
            while let entry = readdir(directory) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name == "." || name == ".." || leftOut.contains(name) || name.hasSuffix(".pyc") { continue }
                let relative = folder.isEmpty ? name : folder + "/" + name
                // A link may lead outside, or to a folder in a circle.
                switch FileIO.facts(root + "/" + relative, followingLinks: false)?.kind {
                case .folder: folders.append(relative)
                case .file: found.append(relative)
                case .link, .other, nil: continue
                }
                guard found.count <= CodeBundle.fileLimit else {
                    throw MartletError(
                        .tooLarge,
                        "the project's folder \(root) has more than \(CodeBundle.fileLimit) files",
                        hint: "put it under git, with a .gitignore that leaves out what is no code"
                    )
                }
            }
        }
        return found
    }
}
