import Basics

/// What an actual needs to know of a request: event times and scores, at fixed places.
///
/// It stands apart from the inputs and before them, so that matching an actual reads some bytes and not the whole request.
struct BatchHead {
    private let reader: [UInt8]
    private let rows: Int

    static func pack(eventTimes: [Timestamp], scores: [Double]) -> [UInt8] {
        var writer = PackedWriter()
        let isOne = eventTimes.allSatisfy { $0 == eventTimes[0] }
        writer.byte(isOne ? 1 : 0)
        for time in isOne ? eventTimes.prefix(1) : eventTimes[...] {
            writer.fixed(UInt64(bitPattern: time.milliseconds))
        }
        for score in scores { writer.double(score) }
        return writer.bytes
    }

    init(_ bytes: [UInt8], rows: Int) {
        reader = bytes
        self.rows = rows
    }

    private var hasOneTime: Bool { reader.first == 1 }

    func eventTime(_ row: Int) throws -> Timestamp {
        var reader = PackedReader(reader, at: 1 + 8 * (hasOneTime ? 0 : row))
        return Timestamp(milliseconds: Int64(bitPattern: try reader.fixed()))
    }

    func score(_ row: Int) throws -> Double {
        var reader = PackedReader(reader, at: 1 + 8 * (hasOneTime ? 1 : rows) + 8 * row)
        return try reader.double()
    }
}
