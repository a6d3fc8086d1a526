import Basics
import CPythonPackage
import Storage

/// The Python package `martlet` that this binary carries: the step runner and the model worker.
public enum PythonPackage {
    /// Writes the package into a folder of its own, unless it is there already.
    ///
    /// Blocks while it writes some kilobytes: call it once, at start.
    ///
    /// - Parameter root: Where; the folder's name tells the package's content, so that binaries of several versions do not
    ///   disturb each other's workers.
    /// - Returns: The folder to put on `PYTHONPATH`.
    public static func install(under root: String) throws -> String {
        let files = self.files
        var hasher = Digest.Hasher()
        for (name, bytes) in files {
            hasher.update(name.utf8)
            hasher.update(bytes)
        }
        let folder = "\(root)/python-\(hasher.finish().prefix(16))"
        try FileIO.makeFolder("\(folder)/martlet")
        for (name, bytes) in files where FileIO.size("\(folder)/martlet/\(name)") != Int64(bytes.count) {
            try FileIO.writeAtomically(bytes, to: "\(folder)/martlet/\(name)", mode: 0o644)
        }
        return folder
    }

    /// The package's files by name.
    package static var files: [(name: String, bytes: [UInt8])] {
        (0..<martlet_python_file_count()).compactMap { index in
            guard let file = martlet_python_file_at(index)?.pointee else { return nil }
            return (String(cString: file.name), Array(UnsafeBufferPointer(start: file.bytes, count: file.size)))
        }
    }
}
