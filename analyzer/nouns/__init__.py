"""The records that everybody speaks of: evidence, a report, a `Media`, a signal, an error."""
