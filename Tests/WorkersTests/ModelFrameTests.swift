import Basics
import NIOCore
import Testing

@testable import Workers

/// The frames between the server and a model worker.
struct ModelFrameTests {
    /// Random tables, the same at each run.
    private struct Random: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 29
        }
    }

    private static func table(_ random: inout Random) throws -> ColumnTable {
        let rows = Int.random(in: 0...20, using: &random)
        var columns: [TableColumn] = []
        for (position, type) in ColumnType.allCases.shuffled(using: &random).enumerated() {
            var builder = ColumnBuilder(ColumnSchema("ä\"\(position)", type), capacity: rows)
            for _ in 0..<rows {
                switch type {
                case .double, .float: builder.append(Double.random(in: -10...10, using: &random))
                case .long, .integer, .datetime: builder.append(Int64.random(in: -1000...1000, using: &random))
                case .boolean: builder.append(Bool.random(using: &random))
                case .string: builder.append(["", "a\"b\\", "日本\n", "x"].randomElement(using: &random) ?? "")
                }
            }
            columns.append(builder.column)
        }
        return try ColumnTable(columns)
    }

    @Test func `a frame comes out as it went in, however its bytes are cut`() throws {
        var random = Random(state: 7)
        for _ in 0..<200 {
            let frame = ModelFrame(
                predict: try Self.table(&random),
                params: Bool.random(using: &random) ? ["a": 1] : nil
            )
            var whole = ByteBuffer()
            frame.write(into: &whole)
            frame.write(into: &whole)
            var buffer = ByteBuffer()
            var found: [ModelFrame] = []
            while whole.readableBytes > 0 {
                let count = min(whole.readableBytes, Int.random(in: 1...300, using: &random))
                if var piece = whole.readSlice(length: count) { buffer.writeBuffer(&piece) }
                while let next = try ModelFrame.read(from: &buffer) { found.append(next) }
            }
            #expect(found == [frame, frame])
        }
    }

    @Test func `columns start at multiples of eight bytes and lie within the payload`() throws {
        var random = Random(state: 11)
        for _ in 0..<100 {
            let frame = ModelFrame(predict: try Self.table(&random), params: nil)
            for column in frame.header["columns"]?.array ?? [] {
                let offset = try #require(column["offset"]?.int)
                let length = try #require(column["length"]?.int)
                #expect(offset % 8 == 0)
                #expect(Int(offset + length) <= frame.payload.readableBytes)
            }
        }
    }

    @Test func `columns of an answer come out with their types and values`() throws {
        var random = Random(state: 13)
        for _ in 0..<100 {
            // A data frame's columns look alike in both directions, except for times, which no model answers.
            let table = try Self.table(&random).filter { _ in true }
            let plain = table.dropping(Set(table.columns.filter { $0.type == .datetime }.map(\.name)))
            let asked = ModelFrame(predict: plain, params: nil)
            let outputs = (asked.header["columns"]?.array ?? []).map { column -> JSON in
                [
                    "name": column["name"] ?? nil, "dtype": column["type"] ?? nil, "shape": [JSON(table.rowCount)],
                    "offset": column["offset"] ?? nil, "length": column["length"] ?? nil,
                ]
            }
            let answer = try ModelAnswer(
                ModelFrame(
                    header: ["kind": "frame", "rows": JSON(table.rowCount), "outputs": .array(outputs)],
                    payload: asked.payload
                )
            )
            #expect(answer.table == plain)
            #expect(answer.form == .frame)
        }
    }

    @Test func `nulls go as NaN, as the smallest time, as null`() throws {
        var number = ColumnBuilder(ColumnSchema("n", .double))
        number.append(1.5)
        number.appendNull()
        var whole = ColumnBuilder(ColumnSchema("w", .long))
        whole.append(Int64(7))
        whole.appendNull()
        var text = ColumnBuilder(ColumnSchema("t", .string))
        text.append("a")
        text.appendNull()
        let frame = ModelFrame(predict: try ColumnTable([number.column, whole.column, text.column]), params: nil)
        let columns = try #require(frame.header["columns"]?.array)
        #expect(columns.map { $0["type"]?.string } == ["double", "double", "string"])
        var payload = frame.payload
        #expect(payload.readInteger(endianness: .little, as: UInt64.self) == 1.5.bitPattern)
        let null = payload.readInteger(endianness: .little, as: UInt64.self)
        #expect(null.map { Double(bitPattern: $0).isNaN } == true)
        payload.moveReaderIndex(forwardBy: 16)
        #expect(payload.readString(length: 10) == "[\"a\",null]")
    }

    @Test func `a matrix is one column for each of its values a row, the last one the score`() throws {
        var payload = ByteBuffer()
        for value in [0.9, 0.1, 0.2, 0.8, 0.5, 0.5] { payload.writeInteger(value.bitPattern, endianness: .little) }
        let answer = try ModelAnswer(
            ModelFrame(
                header: [
                    "kind": "array", "rows": 3,
                    "outputs": [
                        ["name": "predictions", "dtype": "double", "shape": [3, 2], "offset": 0, "length": 48]
                    ],
                ],
                payload: payload
            )
        )
        #expect(answer.form == .matrix)
        #expect(answer.table.names == ["prediction_0", "prediction_1"])
        #expect(answer.scores == [0.1, 0.8, 0.5])
    }

    @Test(arguments: [
        #"{"kind":"array","rows":1}"#,
        #"{"kind":"array","rows":-1,"outputs":[]}"#,
        #"{"kind":"array","rows":1,"outputs":[{"name":"a","dtype":"double","shape":[2],"offset":0,"length":16}]}"#,
        #"{"kind":"array","rows":1,"outputs":[{"name":"a","dtype":"double","shape":[1],"offset":16,"length":8}]}"#,
        #"{"kind":"array","rows":1,"outputs":[{"name":"a","dtype":"double","shape":[1],"offset":-8,"length":8}]}"#,
        #"{"kind":"array","rows":1,"outputs":[{"name":"a","dtype":"double","shape":[1,9223372036854775807],"offset":0,"length":8}]}"#,
        #"{"kind":"array","rows":1,"outputs":[{"name":"a","dtype":"complex","shape":[1],"offset":0,"length":8}]}"#,
        #"{"kind":"array","rows":1,"outputs":[{"name":"a","dtype":"string","shape":[1],"offset":0,"length":8}]}"#,
        #"{"kind":"array","rows":2,"outputs":[{"name":"a","dtype":"long","shape":[2],"offset":0,"length":9223372036854775807}]}"#,
    ])
    func `an answer that contradicts itself is refused`(header: String) throws {
        var payload = ByteBuffer()
        payload.writeRepeatingByte(0, count: 16)
        let frame = ModelFrame(header: try JSON(parsing: header), payload: payload)
        #expect(throws: MartletError.self) { try ModelAnswer(frame) }
    }

    @Test(arguments: [(UInt32(3), UInt32(0)), (8, 5), (.max, 4), (10, .max)])
    func `a length that cannot be is refused before anything is allocated`(length: UInt32, header: UInt32) {
        var buffer = ByteBuffer()
        buffer.writeInteger(length, endianness: .little)
        buffer.writeInteger(header, endianness: .little)
        #expect(throws: MartletError.self) { try ModelFrame.read(from: &buffer) }
    }
}
