"""One file a signal, found by folder discovery: see `analyzer.contract` for what each provides and docs/signals.md for how to add one."""
