"""Jobs at work: queued, painted, watched, told of and deleted when their time is over."""
