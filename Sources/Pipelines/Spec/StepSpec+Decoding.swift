import Basics
import Declarations

extension StepSpec {
    private static let workKeys = [
        "uses", "run", "inputs", "outputs", "params", "resources", "retries", "timeout", "cache", "after",
    ]
    private static let registerKeys = ["model", "from", "after"]
    private static let longestText = 16_384

    static func decode(_ entry: SpecEntry, _ diagnostics: Diagnostics) -> StepSpec? {
        let isRegister = entry.value.child("model") != nil || entry.value.child("from") != nil
        guard isPlain(entry.key, "step", at: entry.keyPosition, entry.value.path, diagnostics),
            let fields = entry.value.fields(isRegister ? registerKeys : workKeys, diagnostics),
            let action = isRegister ? register(fields, diagnostics) : work(fields, entry.key, diagnostics)
        else { return nil }
        if isRegister { return StepSpec(name: entry.key, action: action, after: fields.texts("after")) }
        let outputs = fields.texts("outputs")
        for (index, output) in outputs.enumerated() {
            let node = fields.node("outputs") ?? entry.value
            _ = isPlain(output, "output", at: node.position, node.path, diagnostics)
            if outputs[..<index].contains(output) { diagnostics.report(node, "the output '\(output)' is named twice") }
        }
        return StepSpec(
            name: entry.key,
            action: action,
            inputs: inputs(fields, diagnostics),
            outputs: outputs,
            params: params(fields, diagnostics),
            resources: resources(fields, diagnostics),
            retries: fields.int("retries", in: 0...20) ?? 0,
            timeout: fields.duration("timeout") ?? defaultTimeout,
            cache: fields.bool("cache") ?? true,
            after: fields.texts("after")
        )
    }

    private static func work(_ fields: SpecFields, _ name: String, _ diagnostics: Diagnostics) -> Action? {
        switch (fields.text("uses"), fields.node("run")) {
        case (let function?, nil):
            let parts = function.split(separator: ".", omittingEmptySubsequences: false)
            let isName = { (part: Substring) in
                !part.isEmpty && part.first?.isNumber == false
                    && part.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
            }
            guard parts.count >= 2, parts.allSatisfy(isName) else {
                diagnostics.report(
                    fields.node("uses") ?? fields.node,
                    "'\(function.prefix(60))' names no function",
                    hint: "module.function, such as steps.prepare"
                )
                return nil
            }
            return .function(function)
        case (nil, let run?): return command(run, diagnostics)
        case (nil, nil):
            diagnostics.report(
                fields.node,
                "the step '\(name)' does nothing",
                hint: "give it 'uses', 'run', or 'model' and 'from'"
            )
            return nil
        case (.some, .some):
            diagnostics.report(fields.node, "the step '\(name)' has both 'uses' and 'run'", hint: "one of them")
            return nil
        }
    }

    private static func command(_ node: SpecNode, _ diagnostics: Diagnostics) -> Action? {
        var words: [String] = []
        switch node.content {
        case .scalar(let text, _):
            guard text.utf8.count <= longestText, let split = CommandWords.split(text) else {
                diagnostics.report(
                    node,
                    "the command has a quote without its end",
                    hint: "close it, or write a list of words"
                )
                return nil
            }
            words = split
        case .list(let elements):
            for element in elements {
                guard case .scalar(let text, _) = element.content else {
                    diagnostics.report(element, "\(element.kind) stands where a word of a command should be")
                    return nil
                }
                words.append(text)
            }
        case .null, .mapping: break
        }
        guard !words.isEmpty, words.allSatisfy({ !$0.utf8.contains(0) }) else {
            diagnostics.report(node, "the command is empty", hint: "such as: python train.py")
            return nil
        }
        return .command(words)
    }

    private static func register(_ fields: SpecFields, _ diagnostics: Diagnostics) -> Action? {
        guard let model = fields.text("model", required: true), let from = fields.text("from", required: true) else {
            return nil
        }
        guard let reference = OutputReference(text: from) else {
            diagnostics.report(
                fields.node("from") ?? fields.node,
                "'\(from.prefix(60))' names no step's output",
                hint: "steps.STEP.OUTPUT, such as steps.fit.model"
            )
            return nil
        }
        return .register(model: model, from: reference)
    }

    private static func inputs(_ fields: SpecFields, _ diagnostics: Diagnostics) -> [(String, Source)] {
        fields.entries("inputs").compactMap { entry in
            guard isPlain(entry.key, "input", at: entry.keyPosition, entry.value.path, diagnostics) else { return nil }
            guard case .scalar(let text, _) = entry.value.content, let source = Source(text: text) else {
                diagnostics.report(
                    entry.value,
                    "\(entry.value.kind) is no input",
                    hint: "dataset:NAME, dataset:NAME@VERSION or steps.STEP.OUTPUT"
                )
                return nil
            }
            return (entry.key, source)
        }
    }

    private static func params(_ fields: SpecFields, _ diagnostics: Diagnostics) -> JSONObject {
        JSONObject(fields.entries("params").map { ($0.key, $0.value.json) })
    }

    private static func resources(_ fields: SpecFields, _ diagnostics: Diagnostics) -> Resources {
        guard let resources = fields.node("resources")?.fields(["cpu", "memory"], diagnostics) else {
            return Resources()
        }
        return Resources(cpu: resources.double("cpu", in: 0.01...1024) ?? 1, memory: resources.bytes("memory"))
    }

    /// Names of steps, inputs and outputs become names of files and parts of references.
    private static func isPlain(
        _ name: String,
        _ kind: String,
        at position: SpecPosition,
        _ path: String,
        _ diagnostics: Diagnostics
    ) -> Bool {
        let isPlain =
            !name.isEmpty && name.utf8.count <= 100
            && name.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x5F
                    || $0 == 0x2D
            } && !name.hasPrefix("-")
        if !isPlain {
            diagnostics.report(
                at: position,
                path: path,
                "'\(name.prefix(60))' is no name for \(kind == "step" ? "a" : "an") \(kind)",
                hint: "letters a to z, digits, '_' and '-', at most 100"
            )
        }
        return isPlain
    }
}
