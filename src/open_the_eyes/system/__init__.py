"""The machine below: its disk, memory, processors, libraries and processes; nothing of photos."""
