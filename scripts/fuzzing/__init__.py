"""The rooms of `scripts/fuzz.py`: how an input is damaged, what reads it, and who watches that."""
