import Basics
import MartletTesting
import Storage
import Testing
import Workers

struct PythonPackageTests {
    private static let folder = FileIO.parent(of: FileIO.parent(of: FileIO.parent(of: #filePath))) + "/python/martlet"

    @Test func `what the binary carries is what lies in the folder of the package`() throws {
        #expect(PythonPackage.files.map(\.name).contains("step.py"))
        for (name, bytes) in PythonPackage.files {
            let file = try FileIO.read("\(Self.folder)/\(name)", limit: 1 << 20)
            #expect(file == bytes, "\(name) differs: build again, and look at Sources/CPythonPackage/files.c")
        }
        #expect(throws: Never.self) { try FileIO.read("\(Self.folder)/__init__.py", limit: 1 << 20) }
    }

    @Test func `the package is written once and again where a file was lost`() throws {
        let folder = try TemporaryFolder()
        let path = try PythonPackage.install(under: folder.path)
        let step = try FileIO.read("\(path)/martlet/step.py", limit: 1 << 20)
        try FileIO.writeAtomically([], to: "\(path)/martlet/step.py")
        #expect(try PythonPackage.install(under: folder.path) == path)
        #expect(try FileIO.read("\(path)/martlet/step.py", limit: 1 << 20) == step)
    }
}
