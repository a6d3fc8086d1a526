import Basics
import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A blob in the making: hashed while it is written, named when it is whole.
final class BlobWriter: Sendable {
    private struct State {
        var file: Int32
        var hasher = Digest.Hasher()
        var size: Int64 = 0
    }

    private let store: BlobStore
    private let temporary: String
    private let state: Mutex<State>

    init(_ store: BlobStore) throws {
        self.store = store
        temporary = store.temporaryPath()
        state = Mutex(State(file: try FileIO.create(temporary, mode: 0o444)))
    }

    deinit { abandon() }

    var size: Int64 { state.withLock { $0.size } }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        try state.withLock { state in
            state.hasher.update(bytes)
            state.size += Int64(bytes.count)
            try FileIO.write(bytes, to: state.file, path: temporary)
        }
    }

    func finish() throws -> Blob {
        let blob = try state.withLock { state in
            try FileIO.sync(state.file, path: temporary)
            _ = close(state.file)
            state.file = -1
            return Blob(digest: state.hasher.finish(), size: state.size)
        }
        try store.adopt(temporary, digest: blob.digest)
        return blob
    }

    /// Removes what is not finished.
    func abandon() {
        state.withLock { state in
            guard state.file >= 0 else { return }
            _ = close(state.file)
            state.file = -1
            unlink(temporary)
        }
    }
}
