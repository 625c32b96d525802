"""schools.toml: found, read, checked, turned into the core's nouns, and edited in place."""

from commsla.edges.config.find import find_config, found_by
from commsla.edges.config.load import load_config
from commsla.edges.config.places import place_of_key

__all__ = ["find_config", "found_by", "load_config", "place_of_key"]
