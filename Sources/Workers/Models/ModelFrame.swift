import Basics
import NIOCore

/// A message to or from a model worker: a JSON header, and raw columns behind it.
///
///     u32 length of what follows | u32 length of the header | header (JSON, UTF-8) | payload
///
/// All numbers are little-endian. `python/martlet/_frames.py` is the other side.
struct ModelFrame: Sendable, Equatable {
    /// What is asked or answered.
    var header: JSON
    /// The columns.
    var payload: ByteBuffer

    /// More than this is a mistake of one side: 1 GiB.
    static let limit = 1 << 30

    init(header: JSON, payload: ByteBuffer = ByteBuffer()) {
        self.header = header
        self.payload = payload
    }

    /// Appends the frame.
    func write(into buffer: inout ByteBuffer) {
        let head = header.bytes()
        buffer.writeInteger(UInt32(4 + head.count + payload.readableBytes), endianness: .little)
        buffer.writeInteger(UInt32(head.count), endianness: .little)
        buffer.writeBytes(head)
        buffer.writeImmutableBuffer(payload)
    }

    /// Takes the first frame off a buffer; `nil` until all of it is there.
    ///
    /// - Throws: `dataLoss` for what cannot be a frame.
    static func read(from buffer: inout ByteBuffer, limit: Int = limit) throws -> ModelFrame? {
        let start = buffer.readerIndex
        guard let length = buffer.getInteger(at: start, endianness: .little, as: UInt32.self),
            let headLength = buffer.getInteger(at: start + 4, endianness: .little, as: UInt32.self)
        else { return nil }
        guard length >= 4, UInt64(headLength) <= UInt64(length) - 4, Int(length) <= limit else {
            throw MartletError(
                .dataLoss,
                "a model worker sent a frame of \(length) bytes with a header of \(headLength)"
            )
        }
        guard buffer.readableBytes >= 4 + Int(length) else { return nil }
        buffer.moveReaderIndex(forwardBy: 8)
        guard let head = buffer.readSlice(length: Int(headLength)),
            let payload = buffer.readSlice(length: Int(length) - 4 - Int(headLength))
        else { return nil }
        return ModelFrame(header: try JSON(parsing: head.readableBytesView), payload: payload)
    }
}
