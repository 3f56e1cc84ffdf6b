"""Judge: rules that are data (`profiles/*.toml`) turn metrics into verdicts, within the errors of `accuracy.toml`."""
