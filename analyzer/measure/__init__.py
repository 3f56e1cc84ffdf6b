"""Measure: signals are found, ordered, run and remembered; each turns a `Media` into metrics and evidence."""
