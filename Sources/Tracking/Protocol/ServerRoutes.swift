import Basics
import Web

/// What the server says of itself, and the answer to calls that it does not know.
struct ServerRoutes: Sendable {
    func info(_ request: WebRequest) async throws -> WebResponse {
        .json([
            "store_type": "SqlStore", "workspaces_enabled": false, "trace_archival_enabled": false,
            "multipart_uploads_enabled": false, "multipart_downloads_enabled": false,
            "presigned_upload_run_id_supported": false, "presigned_upload_model_id_supported": false,
            "features_enabled": ["gateway": false],
        ])
    }

    /// Clients tell a call that a server does not have from a thing that is not there by the code.
    var unknown: [Route] {
        let bases = ["/api/2.0", "/api/3.0", "/ajax-api/2.0", "/ajax-api/3.0"]
        let methods: [HTTPRequest.Method] = [.get, .post, .put, .patch, .delete]
        return bases.flatMap { base in
            methods.map { method in
                Route(method, "\(base)/mlflow/{path...}", .reader, "Calls that are not built") { request in
                    .json(
                        [
                            "error_code": "ENDPOINT_NOT_FOUND",
                            "message": .string(
                                "This server has no call \(request.method.rawValue) \(request.path.prefix(200))"
                            ),
                        ],
                        status: .notFound
                    )
                }
            }
        }
    }
}
