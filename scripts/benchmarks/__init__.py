"""The parts of `scripts/benchmark.py`, a module each: `main(words)` takes the options of the command line."""
