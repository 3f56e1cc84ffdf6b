"""Read: an asset is opened once and decoded in a locked process; what comes back is checked and becomes a `Media`."""
