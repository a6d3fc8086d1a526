import Basics
import Yams

/// Reads YAML into positioned nodes.
public enum SpecParser {
    /// A project file is written by people; more than this is not one.
    public static let sizeLimit = 1 << 20
    /// Aliases may multiply nodes (a "YAML bomb"); this many are built and no more.
    private static let nodeLimit = 50_000
    private static let depthLimit = 40

    /// Reads one YAML document.
    ///
    /// - Parameters:
    ///   - text: The document.
    ///   - file: Its name as the user knows it.
    /// - Throws: `invalidArgument` with the position for what is not YAML; `tooLarge` over a limit.
    public static func parse(_ text: String, file: String) throws -> SpecNode {
        guard text.utf8.count <= sizeLimit else {
            throw MartletError(.tooLarge, "\(file) has \(text.utf8.count) bytes", hint: "at most \(sizeLimit)")
        }
        let top: Node?
        do {
            top = try Yams.compose(yaml: text)
        } catch let error as YamlError {
            throw MartletError(.invalidArgument, "\(file) is not YAML: \(error)")
        }
        guard let top else { return SpecNode(.null, position: SpecPosition(file: file, line: 1, column: 1), path: "") }
        var builder = Builder(file: file)
        return try builder.build(top, path: "", depth: 0, fallback: SpecPosition(file: file, line: 1, column: 1))
    }

    private struct Builder {
        let file: String
        var count = 0

        mutating func build(_ node: Node, path: String, depth: Int, fallback: SpecPosition) throws -> SpecNode {
            count += 1
            guard count <= nodeLimit else {
                throw MartletError(
                    .tooLarge,
                    "\(file) grows to more than \(nodeLimit) values",
                    hint: "does an alias (*name) repeat itself?"
                )
            }
            guard depth <= depthLimit else {
                throw MartletError(.tooLarge, "\(file) nests deeper than \(depthLimit) levels at \(path)")
            }
            let position = node.mark.map { SpecPosition(file: file, line: $0.line, column: $0.column) } ?? fallback
            switch node {
            case .scalar(let scalar):
                let isPlain = scalar.style == .plain || scalar.style == .any
                let isNull = isPlain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
                return SpecNode(
                    isNull ? .null : .scalar(scalar.string, quoted: !isPlain),
                    position: position,
                    path: path
                )
            case .sequence(let sequence):
                var elements: [SpecNode] = []
                for (index, element) in sequence.enumerated() {
                    elements.append(try build(element, path: "\(path)[\(index)]", depth: depth + 1, fallback: position))
                }
                return SpecNode(.list(elements), position: position, path: path)
            case .mapping(let mapping):
                var entries: [SpecEntry] = []
                for (key, value) in mapping {
                    let keyPosition =
                        key.mark.map { SpecPosition(file: file, line: $0.line, column: $0.column) } ?? position
                    guard case .scalar(let scalar) = key else {
                        throw MartletError(.invalidArgument, "\(keyPosition): a key must be a plain word")
                    }
                    let childPath = path.isEmpty ? scalar.string : "\(path).\(scalar.string)"
                    entries.append(
                        SpecEntry(
                            key: scalar.string,
                            keyPosition: keyPosition,
                            value: try build(value, path: childPath, depth: depth + 1, fallback: keyPosition)
                        )
                    )
                }
                return SpecNode(.mapping(entries), position: position, path: path)
            case .alias:
                throw MartletError(.invalidArgument, "\(position): an alias (*name) without its anchor (&name)")
            }
        }
    }
}
