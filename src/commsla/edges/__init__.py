"""Each edge talks to one outside thing and returns core types; no edge imports another edge."""
