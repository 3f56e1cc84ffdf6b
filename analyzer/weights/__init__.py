"""Files of models: what there is to pull, what lies on this machine, locked and checked."""
