import Basics
import Testing

@testable import Serving

/// Comma-separated values as pandas writes them.
struct CSVReaderTests {
    private func read(_ text: String) throws -> ColumnTable {
        try Fixtures.schema.table(CSVReader.read(text.utf8), model: "model:flights/3")
    }

    @Test func `values take the types of the signature, and an empty one is null`() throws {
        let table = try read("hour,origin,distance,temp\r\n7,\"a, \"\"b\"\"\",1400,\r\n8,LGA,719.5,3e1")
        #expect(table["origin"]?.text(0) == "a, \"b\"")
        #expect(table["temp"]?.isNull(0) == true)
        #expect(table["temp"]?.double(1) == 30)
        #expect(table["hour"]?.longs == [7, 8])
    }

    @Test(arguments: [
        ("", "the CSV is empty (a line with the columns' names, then the rows)"),
        (
            "a,b\n1\n",
            "the CSV has 1 values in row 1, its header has 2 (as many values in each row as the header has names)"
        ),
        ("a\n\"x", "the CSV ends inside quotes that were opened in row 1"),
        ("a,a\n1,2\n", "column 'a' occurs twice"),
    ])
    func `a broken file is told where`(text: String, message: String) {
        #expect(Fixtures.problem { _ = try CSVReader.read(text.utf8) } == message)
    }

    @Test func `a text where a number should be is named with its row`() {
        let text = Fixtures.problem { _ = try read("hour,origin,distance\n7,JFK,near\n") }
        #expect(text.contains("column 'distance', row 0: found the text \"near\", the column takes numbers"))
    }
}
