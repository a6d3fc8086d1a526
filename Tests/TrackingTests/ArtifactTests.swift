import Basics
import MartletTesting
import Storage
import Testing

@testable import Tracking

@Suite struct `Artifact paths` {
    @Test(arguments: [
        "/etc/passwd", "..", "../a", "a/..", "a/../b", "a\\b", "..\\a", "%2e%2e/a", "%252e%252e%252fa",
        "%25252e%25252e/a",
        "a%2f..%2f..%2fb", "a;/../b", "a;..;b", "a/..;x/b", "a#b", "a\nb", "a\u{7f}", "a//b", "./a", "a/./b", "file:x",
        "FILE:///x", "C:/x", "c:", "%00", "%2Fetc", " .. /x", String(repeating: "a/", count: 70) + "b",
        String(repeating: "x", count: 1001),
    ])
    func `a way out of the store is refused in every spelling`(_ text: String) {
        let error = #expect(throws: MartletError.self) { try ArtifactPath(text) }
        #expect(error?.code == .invalidArgument)
    }

    @Test(arguments: [
        "a", "a/b.txt", "0/1f/artifacts/model", "a..b/c..", "100%", "50%25", "ü+ &=", "a:b", ".hidden", "...", "a/b/",
    ])
    func `a plain path is taken as it is`(_ text: String) throws {
        #expect(try ArtifactPath(text).text == (text.hasSuffix("/") ? String(text.dropLast()) : text))
    }

    @Test func `the empty path is the root`() throws { #expect(try ArtifactPath("").parts.isEmpty) }

    @Test(arguments: [
        ("mlflow-artifacts:/0/r/artifacts", "0/r/artifacts"), ("mlflow-artifacts://host:5000/0/r", "0/r"),
        ("MLFLOW-ARTIFACTS:/a", "a"), ("mlflow-artifacts:/", ""),
    ])
    func `a location of the own store has a path`(_ uri: String, _ path: String) throws {
        #expect(try ArtifactLocation(uri: uri).path.text == path)
    }

    @Test(arguments: [
        "s3://b/k", "/etc", "file:///etc", "", ":x", "http://h/api/2.0/mlflow-artifacts/artifacts/x",
        "mlflow-artifacts:/../x",
        "mlflow-artifacts:/..%2fx",
    ])
    func `a location elsewhere is refused`(_ uri: String) {
        #expect(throws: MartletError.self) { try ArtifactLocation(uri: uri) }
    }

    @Test(arguments: [
        ("bytes=0-0", ByteRange.part(0..<1)), ("bytes=2-", .part(2..<10)), ("bytes=-3", .part(7..<10)),
        ("bytes=-30", .part(0..<10)), ("bytes=5-99", .part(5..<10)), ("bytes=10-", .outside), ("bytes=-0", .outside),
        ("bytes=0-9223372036854775807", .part(0..<10)),
    ])
    func `a range of bytes is cut to the file`(_ header: String, _ range: ByteRange) {
        #expect(ByteRange.parse(header, size: 10) == range)
    }

    @Test(arguments: [
        "", "bytes", "bytes=", "bytes=-", "bytes=5-2", "bytes=a-b", "bytes=0-1,3-4", "lines=0-1", "bytes=--1",
    ])
    func `what is no range is ignored`(_ header: String) { #expect(ByteRange.parse(header, size: 10) == nil) }

    @Test(arguments: [
        ("a.html", "text/plain; charset=utf-8"), ("a.svg", "text/plain; charset=utf-8"),
        ("a.b.JSON", "application/json"),
        ("MLmodel", "text/plain; charset=utf-8"), ("model.pkl", "application/octet-stream"),
        ("x", "application/octet-stream"),
        ("p.png", "image/png"),
    ])
    func `no media type is one that a browser would run`(_ name: String, _ type: String) {
        #expect(MediaType.of(name) == type)
    }
}

@Suite struct `The tree of artifacts` {
    @Test func `files are listed by folder, found below a location, and deleted with their folders`() async throws {
        let fixture = try await TrackingFixture()
        let run = try await fixture.run()
        let root = try ArtifactLocation(uri: run.info.artifactURI).path
        let blob = try await fixture.store.blobs.put(Array("x".utf8))
        try await fixture.store.database.write { tx in
            for name in ["model/MLmodel", "model/data/a.bin", "note.txt"] {
                try ArtifactTable.put(tx, root.appending(try ArtifactPath(name)), blob, now: Timestamp(milliseconds: 0))
            }
        }
        #expect(
            try await fixture.tracking.artifacts(under: "runs:/\(run.id)/model").map(\.path) == [
                "MLmodel", "data/a.bin",
            ]
        )
        #expect(try await fixture.tracking.artifacts(under: "runs:/\(run.id)").count == 3)
        #expect(
            try await fixture.tracking.resolve(modelURI: "runs:/\(run.id)/model") == run.info.artifactURI + "/model"
        )
        try await fixture.store.database.write { tx in
            try ArtifactTable.delete(tx, root.appending(try ArtifactPath("model")))
        }
        await #expect(throws: MartletError.self) {
            try await fixture.tracking.artifacts(under: "runs:/\(run.id)/model")
        }
        #expect(try await fixture.tracking.artifacts(under: run.info.artifactURI).map(\.path) == ["note.txt"])
        try await fixture.store.database.write { tx in try ArtifactTable.delete(tx, root) }
        let left = try await fixture.store.database.read { tx in try tx.rows("SELECT * FROM artifacts").count }
        #expect(left == 0)
    }

    @Test func `a file and a folder cannot have the same path`() async throws {
        let fixture = try await TrackingFixture()
        let blob = try await fixture.store.blobs.put(Array("x".utf8))
        func put(_ path: String) async throws {
            try await fixture.store.database.write { tx in
                try ArtifactTable.put(tx, try ArtifactPath(path), blob, now: Timestamp(milliseconds: 0))
            }
        }
        try await put("a/b")
        try await put("a/b")
        await #expect(throws: MartletError.self) { try await put("a") }
        await #expect(throws: MartletError.self) { try await put("a/b/c") }
        await #expect(throws: MartletError.self) { try await put("") }
        #expect(try await fixture.tracking.artifacts(under: "mlflow-artifacts:/a").count == 1)
    }
}
