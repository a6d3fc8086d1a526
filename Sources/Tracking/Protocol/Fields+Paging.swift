package import Basics

extension Fields {
    /// `max_results`: how many rows a page has at most.
    package func limit(default fallback: Int, upTo highest: Int) throws -> Int {
        guard let asked = try int("max_results") else { return fallback }
        guard asked > 0 else {
            throw MartletError(
                .invalidArgument,
                "Invalid value \(asked) for parameter 'max_results' supplied. It must be a positive integer."
            )
        }
        guard asked <= highest else {
            throw MartletError(
                .invalidArgument,
                "Invalid value \(asked) for parameter 'max_results' supplied. It must be at most \(highest), but got value \(asked). See the API docs for more information about request parameters."
            )
        }
        return Int(asked)
    }
}

extension JSON {
    /// A page of a list, as the protocol writes it: what is empty is left out.
    package static func page(_ name: String, _ items: [JSON], _ next: String?) -> JSON {
        var json: JSON = [:]
        if !items.isEmpty { json[name] = .array(items) }
        if let next { json["next_page_token"] = .string(next) }
        return json
    }
}
