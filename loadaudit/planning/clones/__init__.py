"""The throw-away copies of the databases that a run may write to: made, marked, reached, and dropped."""
