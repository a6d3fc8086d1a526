/// What this binary is.
public enum Version {
    /// Martlet's own version.
    public static let martlet = "0.1.0"
    /// The version of MLflow whose protocol is spoken: its client asks for it.
    public static let mlflow = "3.17.2"
}
