public import Basics
import Storage

/// A deployment as it is stored: what was asked for, and what serves.
public struct Deployment: Sendable, Hashable {
    /// How far it is.
    public enum Status: String, Sendable, Hashable {
        /// The wanted version is being started; the one before it, if any, still serves.
        case starting
        /// The wanted version serves.
        case ready
        /// The wanted version could not be started; the one before it, if any, still serves.
        case failed
    }

    /// A model's version to be served in a certain way: one generation of a deployment.
    public struct Target: Sendable, Hashable {
        /// Counts the changes of the deployment.
        public var generation: Int64
        /// The registered model.
        public var model: String
        /// Its version.
        public var version: Int
        /// How it is served.
        public var spec: DeploymentSpec

        /// `NAME/VERSION`.
        public var address: String { "\(model)/\(version)" }
    }

    /// Its name: what clients ask for.
    public let name: String
    /// What was asked for.
    public let wanted: Target
    /// What serves, and comes back after a restart; `nil` until the first version is ready.
    public let served: Target?
    /// How far it is.
    public let status: Status
    /// Why it failed.
    public let problem: String?
    /// Why it was switched last, in the caller's words.
    public let reason: String
    /// Who switched it last.
    public let actor: String
    /// When it was switched last.
    public let switched: Timestamp

    init(_ row: Row) throws {
        name = try row.text("name")
        wanted = Target(
            generation: try row.int("generation"),
            model: try row.text("model"),
            version: Int(try row.int("version")),
            spec: try DeploymentSpec(json: row.json("spec"))
        )
        if let generation = row.intOrNil("served_generation") {
            served = Target(
                generation: generation,
                model: try row.text("served_model"),
                version: Int(try row.int("served_version")),
                spec: try DeploymentSpec(json: row.json("served_spec"))
            )
        } else {
            served = nil
        }
        status = Status(rawValue: try row.text("status")) ?? .failed
        problem = row.textOrNil("problem")
        reason = try row.text("reason")
        actor = try row.text("actor")
        switched = try row.timestamp("switched")
    }
}
