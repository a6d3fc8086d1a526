import Crypto
import FoundationEssentials

/// How a receiver knows that a delivery is from this server, is whole, and is fresh.
///
/// Three headers come with each delivery: `Martlet-Delivery-Id`, `Martlet-Timestamp` (seconds since 1970) and
/// `Martlet-Signature`, which is `v1,` and the base 64 of HMAC-SHA256 under the secret over `ID.TIMESTAMP.BODY`: the scheme
/// of MLflow's webhooks and of Standard Webhooks. A receiver computes it again over the bytes that came, compares in
/// constant time, and refuses a timestamp more than five minutes away.
public enum WebhookSignature {
    /// The signature of a delivery.
    ///
    /// - Parameters:
    ///   - id: The delivery's id.
    ///   - timestamp: Seconds since 1970.
    ///   - body: The body's bytes.
    ///   - secret: The shared secret.
    public static func sign(id: String, timestamp: Int64, body: [UInt8], secret: String) -> String {
        var mac = HMAC<SHA256>(key: SymmetricKey(data: Array(secret.utf8)))
        mac.update(data: Array("\(id).\(timestamp).".utf8))
        mac.update(data: body)
        return "v1," + Data(mac.finalize()).base64EncodedString()
    }

    /// A fresh secret.
    static func makeSecret() -> String {
        let key = SymmetricKey(size: .bits256)
        return "whsec_" + key.withUnsafeBytes { Data($0).base64EncodedString() }
    }
}
