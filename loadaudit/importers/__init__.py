"""Other tools' results → records: each tool is an importer that recognises its files by their content."""
