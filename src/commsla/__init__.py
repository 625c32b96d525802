"""commsla keeps a school office's promise to parents: who must be answered, and by when."""

__version__ = "0.1.0"
