"""The command line. Each module is one group of commands; `render` turns values into what a terminal shows."""
