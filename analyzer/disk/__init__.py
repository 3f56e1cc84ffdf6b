"""Files of people: read within bounds, written whole, never replaced unless they are ours."""
