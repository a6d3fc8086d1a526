import Automation
import Basics
import Datasets
import Declarations
import Monitoring
import Pipelines
import Serving

/// A project file, decoded: what a team declares in its `martlet.yaml`.
///
/// Each room decodes its own section; here they are put together, and compared with what the server holds.
struct ProjectFile: Sendable {
    var name: String
    var objective: JSON
    var datasets: [DatasetSpec]
    var pipelines: [PipelineSpec]
    var monitors: [(model: String, spec: MonitorSpec?)]
    var automation: AutomationSpec
    /// Every declared thing as it was written, by kind and name: what plans compare.
    var inventory: [String: [String: JSON]]

    /// The top-level keys.
    static let keys = ["project", "objective", "datasets", "pipelines", "models", "notifications"]
    /// The keys of a model.
    static let modelKeys = ["description", "promote", "deploy", "monitor"]

    /// Reads a project file.
    ///
    /// - Parameters:
    ///   - text: The YAML.
    ///   - file: Its name as the user knows it.
    ///   - diagnostics: Where mistakes go; all of them, in one go.
    /// - Throws: `invalidArgument` for what is not YAML.
    /// - Returns: `nil` where there is nothing to go on with.
    static func decode(_ text: String, file: String, _ diagnostics: Diagnostics) throws -> ProjectFile? {
        let top = try SpecParser.parse(text, file: file)
        guard let fields = top.fields(keys, diagnostics), let name = fields.text("project", required: true) else {
            return nil
        }
        if !isName(name) {
            diagnostics.report(
                top,
                "'\(name.prefix(60))' cannot name a project",
                hint: "letters, digits, '_', '-' and '.', at most 100"
            )
        }
        checkObjective(fields, diagnostics)
        let datasets = fields.node("datasets").map { DatasetSpec.decodeAll($0, diagnostics) } ?? []
        let pipelines =
            fields.node("pipelines").map { PipelineSpec.decodeAll($0, datasets: datasets.map(\.name), diagnostics) }
            ?? []
        var monitors: [(model: String, spec: MonitorSpec?)] = []
        for entry in fields.entries("models") {
            guard let model = entry.value.fields(modelKeys, diagnostics) else { continue }
            _ = model.text("description")
            _ = model.node("deploy").flatMap { DeploymentSpec.decode($0, diagnostics) }
            if model.has("deploy") {
                monitors.append((entry.key, model.node("monitor").flatMap { MonitorSpec.decode($0, diagnostics) }))
            } else if let monitor = model.node("monitor") {
                diagnostics.report(
                    monitor,
                    "only a deployed model can be monitored",
                    hint: "add 'deploy: {}' to the model"
                )
            }
        }
        return ProjectFile(
            name: name,
            objective: fields.node("objective")?.json ?? [:],
            datasets: datasets,
            pipelines: pipelines,
            monitors: monitors,
            automation: AutomationSpec.decode(top, project: name, diagnostics),
            inventory: inventory(fields, name: name)
        )
    }

    private static func isName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 100 && !name.hasPrefix(".") && !name.hasPrefix("-")
            && name.unicodeScalars.allSatisfy {
                $0.properties.isAlphabetic || ("0"..."9").contains($0) || "_-.".unicodeScalars.contains($0)
            }
    }

    /// The purpose and what counts as success: kept as it is, for documents and audits.
    private static func checkObjective(_ fields: SpecFields, _ diagnostics: Diagnostics) {
        guard let objective = fields.node("objective")?.fields(["use_case", "risk", "success"], diagnostics) else {
            return
        }
        _ = objective.text("use_case")
        _ = objective.text("risk", oneOf: ["minimal", "limited", "high"])
        if let success = objective.node("success")?.fields(["metric", "at_least", "at_most"], diagnostics) {
            _ = success.text("metric", required: true)
            _ = success.double("at_least")
            _ = success.double("at_most")
        }
    }

    private static func inventory(_ fields: SpecFields, name: String) -> [String: [String: JSON]] {
        func section(_ key: String) -> [String: JSON] {
            guard case .object(let members)? = fields.node(key)?.json else { return [:] }
            return Dictionary(members.map { ($0.0, $0.1) }, uniquingKeysWith: { $1 })
        }
        return [
            "project": [
                name: [
                    "objective": fields.node("objective")?.json ?? nil,
                    "notifications": fields.node("notifications")?.json ?? nil,
                ]
            ],
            "dataset": section("datasets"), "pipeline": section("pipelines"), "model": section("models"),
        ]
    }
}
