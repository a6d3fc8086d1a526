import Basics
import MartletTesting
import Storage
import Testing

@testable import Pipelines

@Suite struct TarReaderTests {
    @Test func `files are read from an archive, whatever way their names are written`() async throws {
        let long = String(repeating: "deep/", count: 30) + "file.py"
        let folder = Tar.entry("lib/", "", kind: "5")
        let archive =
            Tar.entry("./steps.py", "print(1)") + folder + Tar.pax(path: long) + Tar.entry("short", "2") + Tar.end
        let snapshot = try await put(archive)
        #expect(snapshot.files == 2)
        #expect(snapshot.size == 9)
    }

    /// An archive and a part of what is said about it.
    static let bad: [([UInt8], String)] = [
        (Tar.entry("../evil", "x"), "'../evil' is not a relative path inside its folder"),
        (Tar.entry("/etc/passwd", "x"), "'/etc/passwd' is not a relative path inside its folder"),
        (Tar.entry("a\\..\\b", "x"), "is not a relative path inside its folder"),
        (Tar.entry("link", "", kind: "2"), "'link' in the code archive is a link or a special file"),
        (Tar.entry("hard", "", kind: "1"), "'hard' in the code archive is a link or a special file"),
        (Tar.entry("device", "", kind: "3"), "'device' in the code archive is a link or a special file"),
        (Tar.pax(path: "../../evil") + Tar.entry("x", "x"), "'../../evil' is not a relative path inside its folder"),
        ([UInt8](repeating: 7, count: 1024), "the code is not a tar archive"),
    ]

    @Test(arguments: bad)
    func `an archive that could reach outside is refused`(_ bytes: [UInt8], _ message: String) async throws {
        let error = await #expect(throws: MartletError.self) { try await put(bytes + Tar.end) }
        #expect(error?.message.contains(message) == true, "\(String(describing: error))")
    }

    @Test func `an archive that was cut off is refused`() async throws {
        let bytes = Array(Tar.entry("cut", String(repeating: "x", count: 2000)).prefix(1000))
        let error = await #expect(throws: MartletError.self) { try await put(bytes) }
        #expect(error?.message == "the code archive ends inside 'cut'")
    }

    @Test func `an archive under another digest is refused`() async throws {
        let error = await #expect(throws: MartletError.self) {
            try await put(Tar.entry("a", "b") + Tar.end, digest: String(repeating: "0", count: 64))
        }
        #expect(error?.hint == "was it changed on the way? upload it again")
    }

    private func put(_ bytes: [UInt8], digest: String? = nil) async throws -> CodeStore.Snapshot {
        let store = try await TestStore([Pipelines.migrations])
        let code = CodeStore(database: store.database, blobs: store.blobs, world: store.world)
        return try await code.put(digest ?? Digest.sha256(bytes), Tar.stream(bytes))
    }
}
