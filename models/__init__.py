"""One TOML manifest per pretrained model: who made it, under which licence, how good it was when measured. No weights."""
