"""The commands: words in, sentences out."""
