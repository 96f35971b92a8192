"""The outside world, one file each: commands, processes, database, web. Typed and thin; they decide nothing."""
