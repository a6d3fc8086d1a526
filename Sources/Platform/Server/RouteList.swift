import Basics
import Web

/// The list of all routes, which the server publishes and `docs/api.md` is made from.
enum RouteList {
    static func route(of groups: [RouteGroup]) -> RouteGroup {
        let list: JSON = .array(
            groups.flatMap { group in
                group.routes.map { route in
                    [
                        "group": .string(group.name), "method": .string(route.method.rawValue),
                        "path": .string(route.path),
                        "access": .string("\(route.access)"), "summary": .string(route.summary),
                    ]
                }
            }
        )
        return RouteGroup(
            "routes",
            envelope: .problem,
            [Route(.get, "/api/v1/routes", .reader, "Every route of this server") { _ in .json(["items": list]) }]
        )
    }
}
