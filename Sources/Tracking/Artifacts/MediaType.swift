/// The media types under which artifacts are handed out.
///
/// They follow from the name alone, never from what a client said when it uploaded, and none of them is one that a browser
/// would run: pages and scripts go out as plain text.
enum MediaType {
    private static let plain: Set<String> = [
        "", "cfg", "conf", "css", "csv", "dockerfile", "env", "htm", "html", "ini", "js", "log", "md", "mlmodel",
        "mlproject",
        "py", "r", "rst", "sh", "sql", "svg", "swift", "toml", "tsv", "txt", "xhtml", "xml", "yaml", "yml",
    ]
    private static let others = [
        "gif": "image/gif", "jpeg": "image/jpeg", "jpg": "image/jpeg", "json": "application/json", "mp3": "audio/mpeg",
        "mp4": "video/mp4", "pdf": "application/pdf", "png": "image/png", "wav": "audio/wav", "webm": "video/webm",
        "webp": "image/webp",
    ]

    /// The media type of a file's name.
    static func of(_ name: String) -> String {
        let ending = name.split(separator: ".", omittingEmptySubsequences: false).dropFirst().last.map {
            $0.lowercased()
        }
        if let ending, let type = others[ending] { return type }
        if let ending { return plain.contains(ending) ? "text/plain; charset=utf-8" : "application/octet-stream" }
        return plain.contains(name.lowercased()) ? "text/plain; charset=utf-8" : "application/octet-stream"
    }
}
