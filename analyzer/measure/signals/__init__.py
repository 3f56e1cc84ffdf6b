"""One file a signal, found by its place; `analyzer.nouns.signal` says what each provides, docs/signals.md how to add one."""
