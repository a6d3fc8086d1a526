import Basics
import Storage

/// A project's code as one archive, named by what is in it: the same files give the same digest on any machine.
struct CodeBundle: Sendable {
    static let fileLimit = 20_000

    /// A tar archive.
    let archive: [UInt8]
    /// SHA-256 of the archive.
    let digest: String
    /// How many files it holds.
    let files: Int

    /// Reads the files; blocks.
    ///
    /// - Parameters:
    ///   - folder: The project's folder.
    ///   - names: Relative paths; what is not a regular file is left out, since a link could lead outside.
    init(folder: String, names: [String]) throws {
        var tar = TarArchive()
        var count = 0
        for name in names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
            let path = folder + "/" + name
            guard let facts = FileIO.facts(path, followingLinks: false), facts.kind == .file else { continue }
            let room = ProjectFolder.limit - tar.bytes.count
            guard facts.size <= room else {
                throw MartletError(
                    .tooLarge,
                    "the code in \(folder) is larger than \(Figure.bytes(Int64(ProjectFolder.limit))) ('\(name)' has \(Figure.bytes(facts.size)))",
                    hint: "leave data out by .gitignore and add it as a dataset: `martlet data add`"
                )
            }
            try tar.add(
                name,
                try FileIO.read(path, limit: room),
                isExecutable: facts.isExecutable
            )
            count += 1
        }
        tar.finish()
        archive = tar.bytes
        digest = Digest.sha256(tar.bytes)
        files = count
    }
}
