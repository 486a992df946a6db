"""The written audit of a run, as a team would otherwise write it by hand: one Markdown document."""
