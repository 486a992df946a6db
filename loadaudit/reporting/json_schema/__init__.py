"""JSON schemas of the documents of `--format json`, made from the records that the documents are made of."""
