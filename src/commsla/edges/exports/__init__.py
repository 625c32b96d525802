"""One file per export format: a document -> the bytes of a file; none of them decides what is shown."""
