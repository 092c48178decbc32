"""What changes over time: periods, spikes against a seasonal baseline, rising words. Pure."""
