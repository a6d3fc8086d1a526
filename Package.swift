// swift-tools-version: 6.2
import PackageDescription

/// One list of compiler settings for every target: the language mode of Swift 6 with the upcoming features that make an
/// import, an existential and an isolation visible where they are used, and no warning that is only a warning.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .treatAllWarnings(as: .error),
]

/// A room of the house: its target, and what it may use. `docs/architecture.md` draws it.
func room(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// The tests of a room: the room itself, what tests share, and what they name besides.
func tests(_ room: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: "\(room)Tests",
        dependencies: [.byName(name: room), "MartletTesting"] + dependencies,
        swiftSettings: strict
    )
}

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let sqlite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let httpClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let serviceLifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")
let system: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

let package = Package(
    name: "martlet",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "martlet", targets: ["martlet"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        // The command line: one file a verb.
        .executableTarget(
            name: "martlet",
            dependencies: [
                "Basics", "Analytics", "Platform", "Storage", "Workers", httpClient, logging, nioCore, nioHTTP1,
                nioPosix,
                subprocess, system,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict
        ),

        // Rooms, from the top floor down.
        room(
            "Platform",
            [
                "Access", "Analytics", "Automation", "Basics", "Dashboard", "Datasets", "Declarations", "Ledger",
                "Monitoring", "Pipelines", "Registry", "Serving", "Storage", "Tracking", "Web", "Workers",
                hummingbird, httpTypes, logging, nioCore, nioPosix, serviceLifecycle, unixSignals,
            ]
        ),
        room("Dashboard", ["Basics", "CDashboardPages", "Web"]),
        room(
            "Automation",
            [
                "Analytics", "Basics", "Datasets", "Declarations", "Ledger", "Monitoring", "Pipelines", "Registry",
                "Serving", "Storage", "Tracking", "Web", crypto, httpClient, logging, nioCore, nioHTTP1, nioPosix,
                serviceLifecycle,
            ]
        ),
        room(
            "Monitoring",
            [
                "Analytics", "Basics", "Datasets", "Declarations", "Ledger", "Serving", "Storage", "Web", logging,
                serviceLifecycle,
            ]
        ),
        room(
            "Serving",
            [
                "Basics", "Declarations", "Ledger", "Registry", "Storage", "Tracking", "Web", "Workers", httpTypes,
                logging,
                nioCore, serviceLifecycle,
            ]
        ),
        room(
            "Pipelines",
            [
                "Basics", "Datasets", "Declarations", "Ledger", "Storage", "Tracking", "Web", "Workers", crypto,
                logging,
                nioCore, serviceLifecycle,
            ]
        ),
        room(
            "Datasets",
            ["Analytics", "Basics", "Declarations", "Ledger", "Storage", "Web", crypto, logging, nioCore]
        ),
        room("Registry", ["Basics", "Ledger", "Storage", "Tracking", "Web", nioCore, yams]),
        room("Tracking", ["Basics", "Ledger", "Storage", "Web", httpTypes, nioCore]),
        room("Access", ["Basics", "Storage", "Web"]),
        room("Ledger", ["Basics", "Storage", "Web", crypto, logging]),
        room(
            "Workers",
            [
                "Basics", "CPythonPackage", "Storage", crypto, logging, nioCore, nioPosix, serviceLifecycle, subprocess,
                system,
            ]
        ),
        room("Analytics", ["Basics", "CDuckDB"]),
        room("Declarations", ["Basics", yams]),
        room("Web", ["Basics", httpTypes, hummingbird, hummingbirdCore, logging, nioCore, serviceLifecycle]),
        room("Storage", ["Basics", crypto, grdb, sqlite, logging, nioCore, nioPosix]),
        room("Basics", [crypto]),

        // C: declarations and loading only.
        .target(name: "CDuckDB", linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
        .target(name: "CPythonPackage", cSettings: [.unsafeFlags(["-std=c2x"])]),
        .target(name: "CDashboardPages", exclude: ["pages"], cSettings: [.unsafeFlags(["-std=c2x"])]),

        // What every test uses.
        room(
            "MartletTesting",
            ["Basics", "Ledger", "Platform", "Storage", "Web", hummingbird, logging, nioCore, nioEmbedded]
        ),

        tests("Basics"),
        tests("Storage"),
        tests("Ledger"),
        tests("Web"),
        tests("Declarations"),
        tests("Analytics"),
        tests("Workers"),
        tests("Access"),
        tests("Tracking"),
        tests("Registry"),
        tests("Datasets"),
        tests("Pipelines"),
        tests("Serving"),
        tests("Monitoring"),
        tests("Automation"),
        tests("Dashboard", ["Basics", "Web"]),
        tests("Platform"),
    ],
    swiftLanguageModes: [.v6]
)
