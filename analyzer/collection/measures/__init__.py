"""One file a measure: what it reads of an asset, how far two lie apart in it, and how to say so."""
