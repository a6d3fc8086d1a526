#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What pipelines are told at start.
public struct PipelineSettings: Sendable {
    /// The folder in which attempts have their folders.
    public var folder: String
    /// The address by which steps reach this server.
    public var url: String
    /// The folder that holds the Python package `martlet`.
    public var package: String
    /// How many cores steps may use together.
    public var cores: Double
    /// How many bytes of memory steps may ask for together.
    public var memory: Int64
    /// The pause before the first retry; it doubles with each, up to a minute.
    public var backoff: Duration
    /// The variables of the server's own environment that a step gets too, where they are set.
    public var inherited: [String]
    /// How many runs may be at work at once; others are queued.
    public var runLimit: Int

    /// Makes settings.
    public init(
        folder: String,
        url: String,
        package: String,
        cores: Double = PipelineSettings.machineCores,
        memory: Int64 = PipelineSettings.machineMemory,
        backoff: Duration = .seconds(1),
        inherited: [String] = PipelineSettings.harmless,
        runLimit: Int = 64
    ) {
        self.folder = folder
        self.url = url
        self.package = package
        self.cores = cores
        self.memory = memory
        self.backoff = backoff
        self.inherited = inherited
        self.runLimit = runLimit
    }

    /// Where a step's locale, home and certificates are: nothing secret.
    public static let harmless = [
        "HOME", "USER", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR", "LD_LIBRARY_PATH",
    ]

    /// The machine's cores.
    public static var machineCores: Double { Double(max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

    /// The machine's memory in bytes.
    public static var machineMemory: Int64 {
        Int64(max(1, sysconf(Int32(_SC_PHYS_PAGES)))) * Int64(max(1, sysconf(Int32(_SC_PAGESIZE))))
    }
}
