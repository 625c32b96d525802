"""schools.toml: found, read, checked and turned into the core's nouns; it is never written here."""

from commsla.edges.config.find import find_config
from commsla.edges.config.load import load_config

__all__ = ["find_config", "load_config"]
