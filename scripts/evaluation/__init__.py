"""Parts of `scripts/evaluate.py`: each draws or reads labelled material and says how far the product is from its truth."""
