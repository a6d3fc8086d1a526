/// What automation can be told by configuration.
public struct AutomationSettings: Sendable {
    /// Which networks webhooks may reach.
    public var webhookAddresses: AddressGuard
    /// Reads an environment variable of the server: webhooks' secrets are kept there.
    public var environment: @Sendable (_ name: String) -> String?

    /// Makes settings; by default webhooks reach public addresses only and no variable is set.
    public init(
        webhookAddresses: AddressGuard = AddressGuard(),
        environment: @escaping @Sendable (_ name: String) -> String? = { _ in nil }
    ) {
        self.webhookAddresses = webhookAddresses
        self.environment = environment
    }
}
