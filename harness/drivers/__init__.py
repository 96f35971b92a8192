"""The outside world, one file each: commands, processes, database, web. Thin; they decide nothing."""
