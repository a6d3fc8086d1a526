import Basics
import MartletTesting
import NIOCore
import Storage
import Testing

struct BlobStoreTests {
    private func stream(_ pieces: [String]) -> AsyncStream<ByteBuffer> {
        AsyncStream { continuation in
            for piece in pieces { continuation.yield(ByteBuffer(string: piece)) }
            continuation.finish()
        }
    }

    @Test func `a stream is stored under the digest of its bytes and read back in any range`() async throws {
        let store = try await TestStore()
        let blob = try await store.blobs.put(stream(["hello ", "world"]), limit: 100)
        #expect(blob == Blob(digest: Digest.sha256("hello world"), size: 11))
        #expect(try await store.blobs.bytes(blob.digest) == Array("hello world".utf8))
        var part = ""
        for try await piece in try store.blobs.open(blob.digest, range: 3..<8) { part += String(buffer: piece) }
        #expect(part == "lo wo")
    }

    @Test func `a stream over its limit is refused and leaves nothing behind`() async throws {
        let store = try await TestStore()
        await #expect(throws: MartletError(.tooLarge, "the upload is larger than 8 bytes")) {
            try await store.blobs.put(stream(["hello ", "world"]), limit: 8)
        }
        #expect(!store.blobs.exists(Digest.sha256("hello world")))
    }

    @Test(arguments: [
        "", "..", "../../etc/passwd", String(repeating: "A", count: 64), String(repeating: "a", count: 63),
    ])
    func `what is not a digest never becomes a path`(digest: String) async throws {
        let store = try await TestStore()
        #expect(throws: MartletError.self) { try store.blobs.path(digest) }
        #expect(!store.blobs.exists(digest))
    }

    @Test func `a folder comes back as it was, links left out`() async throws {
        let store = try await TestStore()
        let source = store.folder.path("source")
        try FileIO.makeFolder(source + "/sub")
        try FileIO.writeAtomically(Array("one".utf8), to: source + "/a.txt")
        try FileIO.writeAtomically(Array("two".utf8), to: source + "/sub/b.txt")
        symlink("/etc/passwd", source + "/link")
        let (manifest, tree) = try await store.blobs.putTree(source)
        #expect(tree.files.map(\.path) == ["a.txt", "sub/b.txt"])
        let target = store.folder.path("target")
        try await store.blobs.materialize(try await store.blobs.tree(manifest.digest), at: target)
        #expect(try FileIO.read(target + "/sub/b.txt", limit: 10) == Array("two".utf8))
    }

    @Test(arguments: ["", "/etc/passwd", "../x", "a/../../x", "a//b", "a\\b", "./a", "a\u{0}"])
    func `a path that does not stay inside its folder is refused`(path: String) {
        #expect(throws: MartletError.self) { try FileTree.check(path) }
    }
}

#if canImport(Glibc)
import Glibc
#endif
