#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Colours, only where a person looks and has not asked for none (no-color.org).
enum Style {
    static let isOn = getenv("NO_COLOR") == nil && Terminal.isInteractive && isatty(1) == 1

    static func good(_ text: String) -> String { wrap(text, "32") }
    static func bad(_ text: String) -> String { wrap(text, "31") }
    static func warn(_ text: String) -> String { wrap(text, "33") }
    static func dim(_ text: String) -> String { wrap(text, "2") }
    static func bold(_ text: String) -> String { wrap(text, "1") }

    private static func wrap(_ text: String, _ code: String) -> String {
        isOn ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
