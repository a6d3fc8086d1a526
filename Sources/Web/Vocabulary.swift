// What a room's routes are written in: methods, statuses and headers, bodies, and buffers. Re-exported, so that a room
// imports `Web` alone and does not know which server is behind it.
@_exported public import HTTPTypes
@_exported public import HummingbirdCore
@_exported public import NIOCore
