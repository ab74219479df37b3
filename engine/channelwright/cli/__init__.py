"""The command line: parsing, messages and exit codes."""
