import Access
import Analytics
import Automation
import Basics
import Dashboard
import Datasets
public import Ledger
import Logging
import Monitoring
import Pipelines
import Registry
import ServiceLifecycle
import Serving
public import Storage
import Tracking
import Web
import Workers

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// All rooms of a server, put together over one store, lower ones first.
public struct Rooms: Sendable {
    /// The database under all of them.
    public let database: Database
    /// The blobs of all of them.
    public let blobs: BlobStore
    /// The event log and the lineage graph.
    public let ledger: Ledger
    let access: Access
    let metrics: MetricsRegistry
    let tracking: Tracking
    let registry: Registry
    let analytics: Analytics
    let datasets: Datasets
    let pipelines: Pipelines
    let serving: Serving
    let monitoring: Monitoring
    let automation: Automation
    let projects: Projects

    /// Every room's migrations, lower rooms first.
    public static let migrations: [RoomMigrations] = [
        Ledger.migrations, Access.migrations, Tracking.migrations, Registry.migrations, Datasets.migrations,
        Pipelines.migrations, Serving.migrations, Monitoring.migrations, Automation.migrations, Projects.migrations,
    ]

    /// Opens the store and all rooms over it.
    ///
    /// - Parameters:
    ///   - folder: Where the server keeps everything.
    ///   - settings: The configuration.
    ///   - url: Where the server will answer: what steps are told.
    ///   - world: Time and names.
    init(folder: DataFolder, settings: Settings, url: String, world: World) async throws {
        database = try Database.sqlite(path: folder.database)
        try await database.migrate(Self.migrations)
        blobs = try BlobStore(root: folder.blobs)
        try blobs.removeUnfinished()
        metrics = MetricsRegistry()
        ledger = Ledger(database: database, world: world)
        access = Access(database: database, world: world, token: settings["token"])
        tracking = Tracking(
            database: database,
            ledger: ledger,
            blobs: blobs,
            world: world,
            uploadLimit: settings.bytes("upload_limit")
        )
        try await tracking.prepare()
        registry = Registry(database: database, ledger: ledger, blobs: blobs, tracking: tracking, world: world)

        let python = PythonChoice(settings)
        let package = try PythonPackage.install(under: folder.path)
        analytics = Analytics(
            AnalyticsSettings(
                library: settings["duckdb"],
                environment: python.environment,
                pythonEnvironments: python.folders,
                temporaryFolder: folder.path + "/duckdb"
            )
        )
        datasets = Datasets(database: database, ledger: ledger, blobs: blobs, analytics: analytics, world: world)
        pipelines = Pipelines(
            database: database,
            ledger: ledger,
            blobs: blobs,
            world: world,
            datasets: datasets,
            tracker: tracking,
            registerModel: { [registry] tx, request in try registry.register(tx, request) },
            supervisor: Supervisor.ofThisProgram(),
            environments: PythonEnvironments(root: folder.path + "/environments", python: settings["python"]),
            settings: PipelineSettings(
                folder: folder.path + "/attempts",
                url: url,
                package: package,
                cores: settings.number("steps") > 0 ? Double(settings.number("steps")) : PipelineSettings.machineCores
            )
        )
        monitoring = Monitoring(database: database, ledger: ledger, world: world, analytics: analytics)
        serving = Serving(
            Serving.Configuration(
                folder: folder.path + "/serving",
                python: ModelPython(executable: python.executable, packages: package)
            ),
            database: database,
            ledger: ledger,
            blobs: blobs,
            source: registry,
            sink: monitoring,
            metrics: metrics,
            world: world
        )
        automation = Automation(
            database: database,
            ledger: ledger,
            blobs: blobs,
            world: world,
            neighbours: .rooms(
                tracking: tracking,
                registry: registry,
                serving: serving,
                pipelines: pipelines,
                monitoring: monitoring,
                datasets: datasets,
                analytics: analytics,
                blobs: blobs,
                holdsRole: { [access] actor, role in try await access.holds(role, actor: actor) }
            ),
            settings: AutomationSettings(
                webhookAddresses: AddressGuard(
                    allowsLoopback: settings.flag("private_webhooks"),
                    allowsPrivate: settings.flag("private_webhooks")
                ),
                environment: { name in getenv(name).map { String(cString: $0) } }
            )
        )
        projects = Projects(
            database: database,
            ledger: ledger,
            world: world,
            datasets: datasets,
            pipelines: pipelines,
            monitoring: monitoring,
            automation: automation,
            prepareServing: { [serving] in serving.warm() }
        )
    }

    /// Every room's routes.
    func routes() -> [RouteGroup] {
        ledger.routes() + access.routes() + tracking.routes() + registry.routes() + datasets.routes()
            + pipelines.routes()
            + serving.routes() + monitoring.routes() + automation.routes() + projects.routes() + Dashboard().routes()
            + Overview(rooms: self).routes()
    }

    /// What runs as long as the server does, in start order.
    func services() -> [any Service] {
        [serving, pipelines] + automation.services
    }
}
