"""Results of Locust: the CSV files of `--csv` and the report of `--html`."""
