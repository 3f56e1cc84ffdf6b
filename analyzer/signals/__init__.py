"""One file a signal, found by folder discovery; `analyzer.contract` says what each provides, docs/signals.md how to add one."""
