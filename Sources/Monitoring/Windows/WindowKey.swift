import Basics
import Storage

/// Which predictions are counted together: those of one version, compared with one reference, in one window of event time.
struct WindowKey: Sendable, Hashable {
    let deployment: String
    /// Milliseconds since 1970, a multiple of the length.
    let start: Int64
    /// Milliseconds; part of the key, since the declared length may change.
    let length: Int64
    let version: Int64
    /// 0 while the version has none.
    let reference: Int64

    var end: Int64 { start + length }

    /// Where an event time's window begins.
    static func start(of time: Int64, length: Int64) -> Int64 {
        let remainder = time % length
        return time - (remainder < 0 ? remainder + length : remainder)
    }

    init(deployment: String, start: Int64, length: Int64, version: Int64, reference: Int64) {
        self.deployment = deployment
        self.start = start
        self.length = length
        self.version = version
        self.reference = reference
    }

    init(_ row: Row) throws {
        deployment = try row.text("deployment")
        start = try row.int("window_start")
        length = try row.int("window_length")
        version = try row.int("version")
        reference = try row.int("reference")
    }
}
