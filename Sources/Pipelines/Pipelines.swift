// Placeholder of the room while it is being built.
