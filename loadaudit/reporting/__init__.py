"""A finished analysis, inventory, plan or list of runs to terminal, HTML, Markdown, CSV and JSON."""
