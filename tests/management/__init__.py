"""Tests of the management command: its subcommands, options, messages and exit codes."""
