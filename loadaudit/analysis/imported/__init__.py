"""Results of other tools: what their sizes and statuses prove, and the same facts as of a run of loadaudit's own."""
