"""HTTP: the only part of the package that talks to the network."""
